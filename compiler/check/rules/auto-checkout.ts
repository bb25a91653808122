import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {Rule} from '../../model/lowering.js';
import {spanOf} from '../../util/option-span.js';
import {show, words} from '../../util/text.js';
import {extensionLines} from './extensions.js';

const kind: DiagnosticKind = {
  id: 'CFG402',
  name: 'auto-checkout',
  severity: {prod: 'error', dev: 'off'},
  explain: `
What it does: stops a production release that would check out sources: mr.developer with an auto-checkout that is not empty.
Why: a branch is another one tomorrow. What is deployed must be the same on each host and each day, and be checked by a hash.
Example: "auto-checkout = my.theme". Release my.theme, pin it under [versions], and write "auto-checkout =" under [buildout] in prod.cfg.
The [sources] section may stay: without auto-checkout it has no effect. In a dev profile the build checks them out and installs them in place.
Source: mr.developer 3.0, auto-checkout.`,
};

/** Extensions that check out what auto-checkout names. */
const checkouts = new Set(['mr.developer', 'gp.vcsdevelop', 'infi.recipe.buildout']);

export const autoCheckout: Rule = {
  kind,
  check({section, config, report}) {
    const buildout = section('buildout');
    const extension = extensionLines(buildout).find(({name}) => checkouts.has(name.toLowerCase()));
    if (!extension) return;
    for (const [name, label] of [
      ['auto-checkout', 'would be checked out'],
      ['vcs-extend-develop', 'would be checked out'],
    ] as const) {
      const option = buildout?.options.get(name);
      for (const word of option ? words(option.value) : []) {
        const span = spanOf(option, show(word));
        const source = sourceLine(
          config.sections.get(buildoutOption(config, 'sources') ?? 'sources')?.options,
          show(word),
        );
        report({
          kind,
          message: `\`${show(word)}\` would come from version control`,
          ...(span && {primary: {span, text: label}}),
          ...(source !== undefined && {notes: [`its source is \`${source}\``]}),
          hint: `release it and pin the version, then write \`${name} =\` under [buildout] in the production profile`,
        });
      }
    }
  },
};

function sourceLine(
  options: ReadonlyMap<string, {readonly raw: string}> | undefined,
  name: string,
): string | undefined {
  return options?.get(name)?.raw.replace(/\s+/g, ' ').trim();
}

function buildoutOption(
  config: {readonly sections: ReadonlyMap<string, {readonly options: ReadonlyMap<string, {readonly raw: string}>}>},
  name: string,
): string | undefined {
  return config.sections.get('buildout')?.options.get(name)?.raw.trim() || undefined;
}
