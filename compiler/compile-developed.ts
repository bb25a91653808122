/** The source folders of a dev profile, with what their own files say: the driver's part of develop eggs. */
import {basename, dirname, join} from 'node:path';
import {parse} from 'smol-toml';
import type {Report} from './diagnostics/diagnostic.js';
import type {Io} from './io.js';
import {notCheckedOut, type SourceFolder, sourceUnfit} from './lower/developed-eggs.js';
import type {Editable} from './model/release-plan.js';
import {sha256} from './util/digest.js';
import {canonicalName} from './util/distribution-name.js';
import {text} from './util/text.js';

/** The files that say what a distribution is called, and what it needs. */
const metadataFiles = ['pyproject.toml', 'setup.cfg', 'setup.py'] as const;

/**
 * @param checkoutWords  what one types to have the checkouts
 * @returns one for each folder; a pattern stands for every folder that it fits and that holds a distribution
 */
export async function readDeveloped(
  sources: readonly SourceFolder[],
  io: Io,
  report: Report,
  checkoutWords: string,
): Promise<readonly Editable[]> {
  const found = new Map<string, Editable>();
  for (const source of sources) {
    const pattern = /[*?]/.test(basename(source.folder));
    let some = false;
    for (const folder of pattern ? await fitting(source.folder, io) : [source.folder]) {
      const files = await Promise.all(metadataFiles.map((name) => readText(join(folder, name), io)));
      const there = files.some((file) => file !== undefined);
      some ||= there;
      if ((pattern && !there) || found.has(folder)) continue;
      if (!there && source.install) reportMissing(source, report, checkoutWords);
      const name = source.name ?? canonicalName(nameOf(files) ?? basename(folder));
      const metadata = there ? sha256(JSON.stringify(files)) : '';
      const {install, checkout, origin} = source;
      found.set(folder, {path: text(folder), name, metadata, install, ...(checkout && {checkout}), origin});
    }
    if (pattern && !some) reportMissing(source, report, checkoutWords);
  }
  return [...found.values()];
}

function reportMissing({folder, checkout, span}: SourceFolder, report: Report, checkoutWords: string): void {
  const primary = span && {primary: {span, text: checkout ? 'to be checked out' : 'no distribution is there'}};
  if (checkout)
    report({
      kind: notCheckedOut,
      message: `\`${folder}\` is not checked out yet: what it needs is not locked`,
      ...primary,
      hint: `type \`${checkoutWords}\`, then this command again`,
    });
  else
    report({
      kind: sourceUnfit,
      message: `\`${folder}\` holds no pyproject.toml, setup.cfg or setup.py`,
      ...primary,
      hint: 'put the sources there, or take the line out',
    });
}

/** The folders that `src/*` fits, by name; hidden ones left out, as Python's glob does. */
async function fitting(pattern: string, io: Io): Promise<readonly string[]> {
  const source = basename(pattern).replace(/[.+^${}()|[\]\\]/g, '\\$&');
  const fits = new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`);
  const names = (await io.folderNames?.(dirname(pattern))) ?? [];
  return names.filter((name) => !name.startsWith('.') && fits.test(name)).map((name) => join(dirname(pattern), name));
}

/** The name that the files give the distribution; undefined where only running them tells. */
function nameOf([pyproject, cfg, py]: readonly (string | undefined)[]): string | undefined {
  return (
    projectName(pyproject) ??
    /^\[metadata\][^[]*?^name\s*[=:]\s*([\w.-]+)/m.exec(cfg ?? '')?.[1] ??
    /\bname\s*=\s*(['"])([\w.-]+)\1/.exec(py ?? '')?.[2] ??
    /^NAME\s*=\s*(['"])([\w.-]+)\1/m.exec(py ?? '')?.[2]
  );
}

function projectName(pyproject: string | undefined): string | undefined {
  try {
    const {project} = parse(pyproject ?? '');
    return typeof project === 'object' && 'name' in project && typeof project.name === 'string'
      ? project.name
      : undefined;
  } catch {
    // uv says what is wrong with it.
    return undefined;
  }
}

async function readText(path: string, io: Io): Promise<string | undefined> {
  try {
    const bytes = await io.readFile(path);
    return bytes && Buffer.from(bytes).toString();
  } catch {
    return undefined;
  }
}
