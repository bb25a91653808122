import type {DiagnosticKind} from '../diagnostics/diagnostic.js';
import type {LowerContext, Part} from '../model/lowering.js';
import type {Piece, Text} from '../model/text.js';
import {didYouMean} from '../util/nearest.js';
import {text} from '../util/text.js';

export const templateReference: DiagnosticKind = {
  id: 'CFG511',
  name: 'template-reference',
  severity: 'error',
  explain: `
What it does: stops where a template refers to an option that isn't there.
Why: a template's \${…} is always buildout's. A shell's \${HOME} in it is taken for an option, and fails in buildout too.
Example: "exec \${JAVA_HOME}/bin/java". Write "$JAVA_HOME/bin/java", or an option "dollar = $" and "\${dollar}{JAVA_HOME}".
Source: collective.recipe.template 3.0.0, zc.buildout 6.0.1 Options._sub.
`,
};

/**
 * Puts values into a template: `${section:option}`, `${option}` and `${:option}` of the part itself.
 * There is no escape: `$$` stays. What can't be replaced is reported and left out.
 * @param name  how the template is called in messages: its file
 */
export function substitute(template: Text, part: Part, context: LowerContext, name: string): Text {
  let line = 1;
  const out: (Piece | Text)[] = [];
  for (const piece of template.pieces) {
    if (typeof piece !== 'string') {
      out.push(piece);
      continue;
    }
    piece.split(/(\$\{[^}]*\})/).forEach((chunk, index) => {
      out.push(index % 2 === 0 ? chunk : (referred(chunk, part, context, `${name}:${line}`) ?? ''));
      line += chunk.split('\n').length - 1;
    });
  }
  return text(...out);
}

function referred(reference: string, part: Part, context: LowerContext, place: string): Text | undefined {
  const words = reference.slice(2, -1).split(':');
  const [section, option] = words.length === 1 ? [part.name, words[0]!] : [words[0] || part.name, words[1]!];
  if (words.length <= 2 && /^[-a-zA-Z0-9 ._]*$/.test(section) && /^[-a-zA-Z0-9 ._]+$/.test(option)) {
    const found = section === part.name ? part.option(option) : context.reference(section, option);
    if (found) return found;
    if (option === '_buildout_section_name_') return text(section);
  }
  const known = section === part.name ? part.section : context.section(section);
  const span = part.span('input') ?? part.span('recipe');
  context.report({
    kind: templateReference,
    message: `the template of part \`${part.name}\` refers to \`${reference}\`, which isn't there`,
    ...(span && {primary: {span, text: `at ${place}`}}),
    hint:
      (known && didYouMean(option, known.options.keys())) ??
      (words.length === 1 ? `for the shell's own variable write \`$${option}\`` : `add \`${option}\` to [${section}]`),
  });
  return undefined;
}
