import type {DiagnosticKind} from '../../diagnostics/diagnostic.js';
import type {ResolvedOption} from '../../model/config.js';
import type {Rule, RuleContext} from '../../model/lowering.js';
import type {Span} from '../../model/source.js';
import type {Text} from '../../model/text.js';
import {lastSpan, spanOf} from '../../util/option-span.js';
import {lines, literal, words} from '../../util/text.js';

const kind: DiagnosticKind = {
  id: 'CFG409',
  name: 'literal-password',
  severity: {prod: 'error', dev: 'warning'},
  explain: `
What it does: stops at a password, key or token that stands in a file in clear.
Why: it would be in the repository, in the release script and in its copies. The host can have it where only the service reads it.
Example: [instance] has "user = admin:s3cret". Write
    [secrets]
    admin = generate:/etc/portal/admin
    [instance]
    user = admin:\${secrets:admin}
Where a secret comes from: env:VARIABLE, file:PATH, generate:PATH (made at random where it is missing), command:COMMAND.
Source: README, "Secrets".`,
};

const secretName =
  /(^|[-_. ])(password|passwd|passphrase|pwd|secret|secret[-_]?key|api[-_]?key|access[-_]?key|auth[-_]?token|token)$/i;
const inUrl = /^[a-z][\w+.-]*:\/\/[^\s:@/]*:([^\s@/]+)@/i;
const inDsn = /\b(?:password|passwd)\s*=\s*'?([^\s';]+)/i;
/** Sections that say where secrets are, and those that can't hold any. */
const spared = new Set(['secrets', 'versions', 'sources', 'inputs']);

export const literalPassword: Rule = {
  kind,
  check(context) {
    const users = new Set(
      context.parts.filter(({recipe}) => recipe === 'plone.recipe.zope2instance').map(({name}) => name),
    );
    for (const section of context.sections.values()) {
      if (spared.has(section.name)) continue;
      for (const option of section.options.values()) {
        // What a macro or another section gave is reported where it was written, once.
        if (!option.history.some(({span}) => span)) continue;
        if (option.raw.includes('${') && !hasLiteralBesideReference(option)) continue;
        checkOption(context, section.name, option, users.has(section.name));
      }
    }
  },
};

function checkOption(context: RuleContext, section: string, option: ResolvedOption, isInstance: boolean): void {
  const found = (secret: string, name?: string): void => report(context, section, option, secret, name);
  if (isInstance && option.name === 'user') {
    const password = literal(option.value)?.split(':').slice(1).join(':').trim();
    if (password) found(password, section);
    return;
  }
  const whole = literal(option.value)?.trim();
  if (secretName.test(option.name)) {
    if (whole && !/\s/.test(whole) && !isPlace(whole)) found(whole);
    return;
  }
  for (const line of lines(option.value)) {
    if (/environment(-vars)?$/.test(option.name)) {
      const [name, value] = variable(line);
      if (name !== undefined && value && secretName.test(name) && !isPlace(value)) {
        found(value, name.toLowerCase().replaceAll('_', '-'));
        continue;
      }
    }
    for (const word of words(line)) {
      const password = inUrl.exec(literal(word) ?? '')?.[1];
      if (password) found(password);
    }
    const password = inDsn.exec(literal(line) ?? '')?.[1];
    if (password) found(password);
  }
}

/** `NAME value` or `NAME=value`. */
function variable(line: Text): readonly [string?, string?] {
  const [, name, value] = /^([A-Za-z_]\w*)[\s=]+(.+)$/.exec(literal(line) ?? '') ?? [];
  return [name, value];
}

/** A path, or a switch: where a secret is, or whether there is one. */
function isPlace(value: string): boolean {
  return value.startsWith('/') || /^(on|off|true|false|yes|no|none|required)$/i.test(value) || value.startsWith('$');
}

/** `admin:${x:y}` has its password elsewhere; `postgres://u:pw@${db:host}/` has it here. */
function hasLiteralBesideReference(option: ResolvedOption): boolean {
  return option.raw
    .split('\n')
    .some((line) => inUrl.test(line.replace(/\$\{[^{}]*\}/g, 'x')) && !/:\$\{[^{}]*\}@/.test(line));
}

function report(
  context: RuleContext,
  section: string,
  option: ResolvedOption,
  secret: string,
  wanted: string | undefined,
): void {
  const place = whereSecret(option, secret);
  const last = secretName.test(option.name) ? option.name.split(/[-_ ]/).at(-1) : 'password';
  const name = wanted ?? `${section}-${last}`;
  // A first administrator's password may be any; what another program knows too may not.
  const way = option.name === 'user' ? 'generate' : 'file';
  context.report({
    kind,
    message: `\`${option.name}\` of [${section}] has a password in clear`,
    ...(place && {
      primary: {span: place, text: 'everyone who reads the files, or the release, can read it', conceal: true},
    }),
    hint: `write \`\${secrets:${name}}\` instead of it, and under [secrets]: ${name} = ${way}:/etc/${context.settings.name}/${name}`,
  });
}

/** The secret itself where a file holds it literally; else the whole value, so that nothing of it is shown. */
function whereSecret(option: ResolvedOption, secret: string): Span | undefined {
  const span = spanOf(option, secret);
  return span && span.source.text.slice(span.start, span.end) === secret ? span : lastSpan(option);
}
