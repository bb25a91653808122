import type {Report} from '../diagnostics/diagnostic.js';
import type {Config} from '../model/config.js';
import {nearest} from '../util/nearest.js';
import {keySpan} from '../util/option-span.js';
import {misspeltOption} from './kinds.js';

/** Options of [buildout] that zc.buildout 6.0.1 reads, itself or for the recipes that it comes with. */
const known: ReadonlySet<string> = new Set([
  'abi-tag-eggs',
  'allow-hosts',
  'allow-picked-versions',
  'allow-unknown-extras',
  'bin-directory',
  'develop',
  'develop-eggs-directory',
  'directory',
  'download-cache',
  'eggs-directory',
  'eggs-directory-version',
  'executable',
  'extends',
  'extends-cache',
  'extensions',
  'find-links',
  'index',
  'install-from-cache',
  'installed',
  'log-format',
  'log-level',
  'newest',
  'offline',
  'optional-extends',
  'parts',
  'parts-directory',
  'prefer-final',
  'python',
  'show-picked-versions',
  'socket-timeout',
  'update-versions-file',
  'use-dependency-links',
  'verbosity',
  'versions',
]);

/** Warns of options of [buildout] that nothing reads, and that look like one that buildout does. */
export function warnOfMisspeltOptions(config: Config, report: Report): void {
  const options = config.sections.get('buildout')?.options;
  if (!options) return;
  let references: string | undefined;
  for (const option of options.values()) {
    const name = option.name.replace(/\s*[-+]$/, '');
    if (known.has(name) || name.startsWith('<')) continue;
    const near = nearest(name, known, name.length < 6 ? 1 : 2);
    if (near === undefined) continue;
    references ??= allValues(config);
    if (references.includes(`\${buildout:${name}}`) || references.includes(`\${:${name}}`)) continue;
    const span = keySpan(option);
    report({
      kind: misspeltOption,
      message: `buildout knows no option \`${name}\` of [buildout]`,
      ...(span && {primary: {span, text: 'nothing reads it'}}),
      hint: `did you mean \`${near}\`?`,
    });
  }
}

function allValues(config: Config): string {
  const values: string[] = [];
  for (const section of config.sections.values()) for (const {raw} of section.options.values()) values.push(raw);
  return values.join('\n');
}
