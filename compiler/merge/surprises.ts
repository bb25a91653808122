import type {Report} from '../diagnostics/diagnostic.js';
import type {CfgSection} from '../model/cfg-file.js';
import type {Config, ConfigOption} from '../model/config.js';
import type {GraphFile} from '../model/graph.js';
import {ignoredExtends, operatorInValue, shortenedName, takesNothing} from './kinds.js';
import {warnOfMisspeltOptions} from './misspelt-options.js';
import {tellOldOptions} from './old-options.js';

/** Warns of what is legal, does not do what it looks like, and is likely to hurt. */
export function warnOfSurprises(config: Config, files: readonly GraphFile[], report: Report): void {
  for (const section of config.sections.values())
    for (const option of section.options.values())
      if (option.history.some(({operation}) => operation === 'take')) warnOfTakingNothing(section.name, option, report);
  for (const {file} of files)
    for (const section of file.sections) {
      warnOfShortenedNames(section, config, report);
      warnOfOperatorsInValues(section, report);
    }
  warnOfMisspeltOptions(config, report);
  tellOldOptions(config, files, report);
  for (const {file} of files)
    for (const section of file.sections)
      if (section.name === 'buildout')
        for (const {key, valueSpan} of section.options) {
          if (/^(optional-)?extends\s*[-+]$/.test(key))
            report({
              kind: ignoredExtends,
              message: `buildout does not read \`${key}=\`: nothing is extended by it`,
              primary: {span: valueSpan, text: 'never read'},
              hint: 'name the file under `extends =`',
            });
        }
}

/** `eggs =+ Plone`. A blank behind `+` or `-` tells it from a number; a row of equals signs is no operator. */
function warnOfOperatorsInValues(section: CfgSection, report: Report): void {
  for (const {key, valueSpan} of section.options) {
    const {source, start} = valueSpan;
    if (!'+-='.includes(source.text.charAt(start) || ' ')) continue;
    const [, operator] = /^([-+]|=(?!=))(?=[ \t]|$)/m.exec(source.text.slice(start, start + 2)) ?? [];
    if (operator === undefined || source.text[start - 1] !== '=') continue;
    const plain = key.replace(/\s*[-+]$/, '');
    report({
      kind: operatorInValue,
      message: `\`${key} =${operator}\` in [${section.name}] makes \`${operator}\` a part of the value`,
      primary: {span: {source, start: start - 1, end: start + 1}, text: 'an operator stands before the equals sign'},
      hint: `write \`${plain} ${operator === '=' ? '' : operator}= …\``,
    });
  }
}

/** `eggs+= Plone` became an option `egg`: two characters are cut off a key that has no blank before its operator. */
function warnOfShortenedNames(section: CfgSection, config: Config, report: Report): void {
  for (const {key, keySpan, valueSpan} of section.options) {
    if (!key.endsWith('+') && !key.endsWith('-')) continue;
    const [, whole, operator] = /^(.*\S)([+-])$/.exec(key) ?? [];
    if (whole === undefined || whole.length < 2) continue;
    const short = key.slice(0, -2);
    const history = config.sections.get(section.name)?.options.get(short)?.history ?? [];
    if (!history.some(({span}) => span?.source === valueSpan.source && span.start === valueSpan.start)) continue;
    report({
      kind: shortenedName,
      message: `\`${key}=\` in [${section.name}] sets the option \`${short}\``,
      primary: {span: keySpan, text: 'buildout cuts two characters off the key'},
      hint: `write a blank before the operator: \`${whole} ${operator}=\``,
    });
  }
}

function warnOfTakingNothing(section: string, option: ConfigOption, report: Report): void {
  let lines: string[] = [];
  for (const {operation, value, span} of option.history) {
    const given = value.split('\n');
    if (operation === 'set') lines = given;
    else if (operation === 'add') lines = lines.concat(given);
    else {
      const [present, taken] = [new Set(lines), new Set(given)];
      const absent = given.filter((line) => line.trim() !== '' && !present.has(line));
      lines = lines.filter((line) => !taken.has(line));
      if (span && absent.length > 0) {
        const near = nearestLine(absent[0]!, lines);
        report({
          kind: takesNothing,
          message: `\`${section}:${option.name}\` has no line \`${absent[0]!.trim()}\` to take away`,
          primary: {span, text: absent.length > 1 ? `and ${absent.length - 1} more` : 'takes nothing'},
          ...(near && {hint: `the option has \`${near}\``}),
        });
      }
    }
  }
}

function nearestLine(line: string, lines: readonly string[]): string | undefined {
  const wanted = line.trim().toLowerCase();
  return lines.map((other) => other.trim()).find((other) => other.toLowerCase() === wanted);
}
