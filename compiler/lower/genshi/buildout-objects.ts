/** `parts` and `options`, as a template of Genshi sees them: buildout and its sections. */
import type {LowerContext, Part} from '../../model/lowering.js';
import type {Text} from '../../model/text.js';
import {usualLanguage} from '../../python/language.js';
import {method} from '../../python/methods.js';
import {fromText, type MappingValue, Undecidable, type Value} from '../../python/value.js';

/** An option whose value refers to something that isn't there. `told`: reported by the phase before, as that of any part. */
export class Unresolved extends Undecidable {
  constructor(
    what: string,
    readonly told: boolean,
  ) {
    super(what);
  }
}

/** What a class of buildout has itself, which an attribute finds before it finds a section or an option of that name. */
const buildoutNames = names(
  'COMMANDS Options annotate bootstrap clear get init install items keys newest offline parse pop popitem print_options ' +
    'query runsetup setdefault setup show_picked_versions update update_versions_file values versions',
);
const sectionNames = names(
  'buildout clear copy created get initialize items keys name pop popitem setdefault update values',
);
const mappingMethods = names('get items keys values');

/**
 * @param part  the part that the template is for: its options are `options`, those that it appends from other parts too
 * Source: zc.buildout 6.0.1, classes Buildout and Options; collective.recipe.template 3.0.0 hands both over.
 */
export function buildoutObjects(part: Part, context: LowerContext): {readonly parts: Value; readonly options: Value} {
  const sections = new Map<string, Value>();
  const parts: MappingValue = {
    kind: 'mapping',
    name: 'buildout',
    keys: () => [...context.sections.keys()],
    get: (name) => {
      if (!context.sections.has(name)) return undefined;
      const found = sections.get(name) ?? sectionObject(name, part, context, () => parts);
      sections.set(name, found);
      return found;
    },
    attribute: (name) => ownAttribute(parts, buildoutNames, name),
  };
  return {parts, options: parts.get(part.name)!};
}

function sectionObject(name: string, part: Part, context: LowerContext, parts: () => Value): MappingValue {
  const section = context.sections.get(name)!;
  const value = (option: string): Text | undefined =>
    name === part.name ? part.option(option) : context.reference(name, option);
  const self: MappingValue = {
    kind: 'mapping',
    name,
    keys: () => [...section.options.keys()],
    get: (option) => {
      const found = value(option);
      if (found) return fromText(found);
      if (section.failed?.has(option)) throw new Unresolved(`\`\${${name}:${option}}\``, name === part.name);
      return undefined;
    },
    attribute: (attribute) => {
      if (attribute === 'name') return name;
      return attribute === 'buildout' ? parts() : ownAttribute(self, sectionNames, attribute);
    },
  };
  return self;
}

function ownAttribute(object: MappingValue, own: ReadonlySet<string>, name: string): Value | undefined {
  if (mappingMethods.has(name)) return method(object, name, usualLanguage);
  if (own.has(name) || name.startsWith('__'))
    throw new Undecidable(`\`.${name}\`, which is buildout's own (write \`['${name}']\` for an option of that name):`);
  return undefined;
}

function names(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}
