/** site.zcml and the slugs of package-includes. Source: plone.recipe.zope2instance 9.1.0, `build_package_includes`. */
import type {LowerContext, Part} from '../../model/lowering.js';
import type {Text} from '../../model/text.js';
import {split, text, trim, words} from '../../util/text.js';
import {inDirectory} from '../placement.js';
import {reportBad} from '../values.js';

/** A file below the instance's etc/. */
export interface ZcmlFile {
  readonly path: string;
  readonly content: Text;
  /** The option that it comes from. */
  readonly option: string;
}

export function zcmlFiles(part: Part, context: LowerContext): readonly ZcmlFile[] {
  const own = part.option('site-zcml');
  if (own?.pieces.length) return [{path: 'site.zcml', content: own, option: 'site-zcml'}];
  return [{path: 'site.zcml', content: text(siteZcml), option: 'zcml'}, ...slugs(part, context), ...extras(part)];
}

/** `pkg`, `pkg-meta`, `pkg-x`, `pkg:file.zcml`: numbered from 002, as 001 is for locales. */
function slugs(part: Part, context: LowerContext): ZcmlFile[] {
  const out: ZcmlFile[] = [];
  let number = 1;
  for (const word of zcmlWords(part)) {
    number += 1;
    const [withKind, named] = word.split(':') as [string, string?];
    const [name, kind] = withKind.split('-') as [string, string?];
    if (!/^\w+([.]\w+)*$/.test(name) || word.split(':').length > 2 || withKind.split('-').length > 2) {
      const message = `\`${word}\` of part \`${part.name}\` is no zcml slug`;
      const hint = 'a package, `package-meta`, `package-overrides` or `package:file.zcml`';
      reportBad(part, 'zcml', context.report, message, 'a dotted name, one `-`, one `:`', hint, word);
      continue;
    }
    const suffix =
      kind === undefined ? 'configure' : ['configure', 'meta', 'overrides'].includes(kind) ? kind : `${kind}-configure`;
    const file = named ?? `${kind ?? 'configure'}.zcml`;
    out.push({
      path: `package-includes/${String(number).padStart(3, '0')}-${name}-${suffix}.zcml`,
      content: text(`<include package="${name}" file="${file}" />\n`),
      option: 'zcml',
    });
  }
  return out;
}

/** The words of `zcml`; from `#` to the end of the line is a comment. */
function zcmlWords(part: Part): string[] {
  const value = part.option('zcml');
  if (value === undefined) return [];
  return split(value, '\n').flatMap((line) =>
    words(split(line, '#')[0]!).map((word) =>
      word.pieces.map((piece) => (typeof piece === 'string' ? piece : '')).join(''),
    ),
  );
}

function extras(part: Part): ZcmlFile[] {
  const out: ZcmlFile[] = [];
  const additional = part.option('zcml-additional');
  if (additional?.pieces.length) {
    out.push({
      path: 'package-includes/999-additional-overrides.zcml',
      content: text('<configure xmlns="http://namespaces.zope.org/zope">\n    ', additional, '\n</configure>'),
      option: 'zcml-additional',
    });
  }
  const resources = part.option('resources');
  if (resources?.pieces.length) {
    out.push({
      path: 'package-includes/998-resources-configure.zcml',
      content: text(
        '<configure xmlns="http://namespaces.zope.org/zope"\n           xmlns:plone="http://namespaces.plone.org/plone">\n',
        '    <include package="plone.resource" file="meta.zcml"/>\n    <plone:static directory="',
        inDirectory(trim(resources)),
        '"/>\n</configure>\n',
      ),
      option: 'resources',
    });
  }
  const locales = part.option('locales');
  if (locales?.pieces.length) {
    out.push({
      path: 'package-includes/001-locales-configure.zcml',
      content: text(
        '<configure xmlns="http://namespaces.zope.org/zope"\n           xmlns:i18n="http://namespaces.zope.org/i18n">\n',
        '    <i18n:registerTranslations directory="',
        inDirectory(trim(locales)),
        '" />\n</configure>\n',
      ),
      option: 'locales',
    });
  }
  return out;
}

/** Zope's own skeleton, with package-includes. Source: plone.recipe.zope2instance 9.1.0, skeleton. */
const siteZcml = `<configure
    xmlns="http://namespaces.zope.org/zope"
    xmlns:five="http://namespaces.zope.org/five"
    xmlns:meta="http://namespaces.zope.org/meta"
    >

  <include package="Products.Five" />
  <meta:redefinePermission
      from="zope2.Public"
      to="zope.Public"
      />


  <!-- Load the meta -->
  <include files="package-includes/*-meta.zcml" />
  <five:loadProducts file="meta.zcml" />

  <!-- Load the configuration -->
  <include files="package-includes/*-configure.zcml" />
  <five:loadProducts />

  <!-- Load the configuration overrides-->
  <includeOverrides files="package-includes/*-overrides.zcml" />
  <five:loadProductsOverrides />


  <securityPolicy component="AccessControl.security.SecurityPolicy" />

</configure>
`;
