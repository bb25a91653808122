import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {ConfigOption, HistoryItem} from '../../model/config.js';
import type {Rule} from '../../model/lowering.js';
import type {Source} from '../../model/source.js';
import {keySpan} from '../../util/option-span.js';
import {literal} from '../../util/text.js';

const kind: DiagnosticKind = {
  id: 'CFG417',
  name: 'custom-file',
  severity: 'error',
  explain: `
What it does: stops where a custom file does more than it may: add eggs, zcml, pins and environment variables.
Why: a custom file is written by others than the profile, and may come from elsewhere. It adds to the site; it does not decide on users,
ports, commands or folders.
Example: custom.cfg has "[instance] http-address = 80". Move the line to prod.cfg.
A custom file is one that \`[release] custom\` names, and any file called custom.cfg that another one extends.
It may have: eggs +=, zcml +=, environment-vars +=, and whatever it likes in the section of the pins.
Source: README, "Extension by one file".`,
};

const mayAdd = new Set(['eggs', 'zcml', 'environment-vars']);

export const customFile: Rule = {
  kind,
  check({config, section, report}) {
    const named = config.sections.get('release')?.options.get('custom')?.raw.trim();
    const isCustom = (source: Source): boolean =>
      source !== config.entry &&
      (lastStep(source.path) === 'custom.cfg' || (named !== undefined && isNamed(source, named)));
    if (!config.sources.some(isCustom)) return;
    const versions = section('buildout')?.options.get('versions')?.value;
    const pins = (versions && literal(versions)?.trim()) || 'versions';

    for (const {from, span} of config.extendsEdges) {
      if (isCustom(from)) {
        report({
          kind,
          message: `\`${from.name}\` extends another file`,
          primary: {span, text: 'a custom file stands alone'},
          hint: 'extend the file in the profile',
        });
      }
    }
    for (const {name, options} of config.sections.values()) {
      if (name === pins) continue;
      for (const option of options.values()) {
        for (const item of option.history) {
          if (!item.span || !isCustom(item.span.source)) continue;
          const wrong = notAllowed(name, option, item);
          if (wrong) {
            report({
              kind,
              message: `\`${item.span.source.name}\` may not ${wrong}`,
              primary: {
                span: keySpan({name: option.name, history: [item]}) ?? item.span,
                text: 'only eggs, zcml, pins and environment variables are added here',
              },
              hint: mayAdd.has(option.name) ? `write \`${option.name} +=\`` : 'move it to the profile',
            });
          }
        }
      }
    }
  },
};

function notAllowed(section: string, {name}: ConfigOption, item: HistoryItem): string | undefined {
  // Reported with the place of the extended file.
  if (section === 'buildout' && (name === 'extends' || name === 'optional-extends')) return undefined;
  if (!mayAdd.has(name)) return `set \`${name}\` of [${section}]`;
  if (item.operation === 'add') return undefined;
  return item.operation === 'take' ? `take from \`${name}\` of [${section}]` : `replace \`${name}\` of [${section}]`;
}

function isNamed(source: Source, named: string): boolean {
  return source.path === named || source.name === named || source.path.endsWith(`/${named.replace(/^\.\//, '')}`);
}

function lastStep(path: string): string {
  return path.split(/[/?#]/).findLast((step) => step !== '') ?? '';
}
