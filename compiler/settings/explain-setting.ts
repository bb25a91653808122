import {nearest} from '../util/nearest.js';
import {type SettingSection, settingSection, settingSections} from './options.js';

/**
 * What `SECTION:OPTION` of a release section is; `SECTION` alone, or with a colon, lists its options.
 * @returns undefined where there is none such
 */
export function explainSetting(what: string): string | undefined {
  const [sectionName, name = ''] = what.split(/:(.*)/s) as [string, string?];
  const section = settingSection(sectionName);
  if (!section) return undefined;
  if (name === '') return explainSection(section);
  const option = section.options.find((candidate) => candidate.name === name);
  if (!option) return section.free === undefined ? undefined : `[${section.name}] ${name}\n\n${section.free}\n`;
  const fallback = option.fallback === undefined ? '' : `\nwithout it: ${option.fallback}`;
  return `[${section.name}] ${option.name}\n\n${option.text}${fallback}\n`;
}

/** The setting that is spelt most like one that there is not: `release:keep` for `release:kep`. */
export function nearestSetting(what: string): string | undefined {
  return nearest(
    what,
    settingSections.flatMap(({name, options}) => [name, ...options.map((option) => `${name}:${option.name}`)]),
  );
}

function explainSection({name, text, options, free}: SettingSection): string {
  const width = Math.max(...options.map((option) => option.name.length), 0);
  const out = options.map(
    (option) =>
      `  ${option.name.padEnd(width)}  ${option.text}${option.fallback === undefined ? '' : ` (without it: ${option.fallback})`}`,
  );
  if (free !== undefined) out.push(`  any other: ${free}`);
  return `[${name}]\n\n${text}\n\n${out.join('\n')}\n`;
}
