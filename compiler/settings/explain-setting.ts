import {type SettingSection, settingSection} from './options.js';

/** What `SECTION:OPTION` of a release section is; `SECTION:` lists its options. Undefined where there is none such. */
export function explainSetting(what: string): string | undefined {
  const colon = what.indexOf(':');
  const section = settingSection(what.slice(0, colon));
  const name = what.slice(colon + 1);
  if (!section) return undefined;
  if (name === '') return explainSection(section);
  const option = section.options.find((candidate) => candidate.name === name);
  if (!option) return undefined;
  const fallback = option.fallback === undefined ? '' : `\nwithout it: ${option.fallback}`;
  return `[${section.name}] ${option.name}\n\n${option.text}${fallback}\n`;
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
