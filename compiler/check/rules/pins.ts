import type {ResolvedOption} from '../../model/config.js';
import type {RuleContext} from '../../model/lowering.js';
import {literal} from '../../util/text.js';

/** The pins in force: the section that `[buildout] versions` names; undefined where it is empty, or there is none. */
export function pins(context: Pick<RuleContext, 'section'>): ReadonlyMap<string, ResolvedOption> | undefined {
  const name = context.section('buildout')?.options.get('versions')?.value;
  const written = name ? literal(name)?.trim() : 'versions';
  return written ? context.section(written)?.options : undefined;
}

/** PEP 503. */
export function canonical(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** Not written in a file: buildout's own floors for zc.buildout and zc.recipe.egg, and the section's name. */
export function isImplicit(option: ResolvedOption): boolean {
  return (
    option.name === '_buildout_section_name_' ||
    option.history.every(({from}) => from === 'implicit' || from === 'default' || from === 'computed')
  );
}
