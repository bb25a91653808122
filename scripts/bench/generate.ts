import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

const perSection = 20;

/**
 * Writes a profile of so many options, spread evenly over files that `main.cfg` extends: plain values, values of several
 * lines, references to options of the same and of the section before, `+=` to a list that a file before made.
 * The same arguments give the same bytes.
 * @returns the path of `main.cfg`
 */
export function generateProfile(folder: string, options: number, files: number): string {
  mkdirSync(folder, {recursive: true});
  const each = Math.ceil(options / files);
  const bodies = Array.from({length: files}, (_, file) =>
    fileLines(file, file * each, Math.min(options, (file + 1) * each)),
  );
  const names = bodies.slice(1).map((_, file) => `base-${file}.cfg`);
  for (const [file, name] of names.entries()) writeFileSync(join(folder, name), `${bodies[file]!.join('\n')}\n`);
  const extended = names.length === 0 ? [] : ['extends =', ...names.map((name) => `    ${name}`)];
  const main = join(folder, 'main.cfg');
  writeFileSync(main, `${['[buildout]', ...extended, 'parts =', ...bodies.at(-1)!].join('\n')}\n`);
  return main;
}

function fileLines(file: number, from: number, to: number): string[] {
  const lines: string[] = [];
  for (let number = from; number < to; number++) {
    const section = Math.floor(number / perSection);
    if (number % perSection === 0 || number === from) lines.push(`[section-${section}]`);
    lines.push(...optionLines(section, number % perSection, file));
  }
  return lines;
}

function optionLines(section: number, option: number, file: number): string[] {
  switch (option % 5) {
    case 0:
      return [`option-${option} = value ${section} of file ${file}`];
    case 1:
      return [`option-${option} =`, `    first-${section}`, `    second-${section}`, `    third-${section}`];
    case 2:
      return [`option-${option} = \${:option-${option - 2}}/sub/${file}`];
    case 3:
      return [`option-${option} = \${section-${Math.max(0, section - 1)}:option-0}-${section}`];
    default:
      return [`option-${option - 3} +=`, `    fourth-${section}`, `option-${option} = ${section * 1000 + option}.0`];
  }
}
