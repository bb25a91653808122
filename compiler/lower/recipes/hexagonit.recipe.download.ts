import type {Part, RecipeLowering} from '../../model/lowering.js';
import type {DownloadEntry} from '../../model/release-plan.js';
import type {Text} from '../../model/text.js';
import {literal, place, show, text, trim} from '../../util/text.js';
import {folderClass} from '../path-class.js';
import {inDirectory, join} from '../placement.js';
import {reportBad, reportMissing, reportNoEffect, saysYes} from '../values.js';

const yes = ['yes', 'true', '1', 'on'];

/**
 * Lowers `hexagonit.recipe.download`: one archive or file from a URL.
 * Reads    `url`, `destination`, `strip-top-level-dir`, `download-only`, `filename`, `mode`, `md5sum`.
 * Plans    one `download`; the lock has its SHA-256.
 * Reports  CFG507, CFG508, CFG509.
 */
export const hexagonitRecipeDownload: RecipeLowering = {
  recipe: 'hexagonit.recipe.download',
  options: [
    'url',
    'destination',
    'strip-top-level-dir',
    'download-only',
    'filename',
    'mode',
    'md5sum',
    'ignore-existing',
    'excludes',
    'hash-name',
    'on-update',
  ],
  page: {
    summary: 'One archive or file from a URL, checked by its hash.',
    options: {
      url: 'fetched when the release is built; its SHA-256 is in the lock',
      destination: 'the folder; etc/PART of the release without it',
      'strip-top-level-dir': 'true: what is in the one top folder of the archive',
      'download-only': 'true: the file itself, not unpacked',
      filename: "the file's name with download-only; the URL's last part without it",
      mode: "octal, of the file with download-only; the class's without it",
      md5sum: 'checked as well',
      'ignore-existing': 'nothing: a release starts empty',
      excludes: 'members that are left out, as shell patterns over the whole name',
      'hash-name': 'nothing: the cache is by SHA-256',
      'on-update': 'nothing: a release is built once',
    },
    differences: [
      'What is fetched is checked by the SHA-256 of the lock; most profiles give no checksum at all.',
      'A fetched file that differs from the lock stops the build before anything changed.',
    ],
  },
  gives: (part) => ({location: folder(part), destination: folder(part)}),
  lower(part, {report}) {
    const url = literal(trim(part.option('url') ?? text()));
    if (!url) {
      if (part.option('url') === undefined) reportMissing(part, 'url', report, 'url = https://…');
      else reportBad(part, 'url', report, `the URL of part \`${part.name}\` is known on the host alone`, 'not literal');
      return [];
    }
    if (!/^(https?|ftp|file):\/\//.test(url)) {
      const message = `\`${url}\` of part \`${part.name}\` is no URL`;
      reportBad(part, 'url', report, message, 'a file of the builder is not on the host', 'put it where it has a URL');
      return [];
    }
    const mode = part.literal('mode')?.trim();
    if (mode !== undefined && !/^[0-7]{3,4}$/.test(mode)) {
      const message = `mode \`${mode}\` of part \`${part.name}\` is not octal`;
      reportBad(part, 'mode', report, message, 'three or four digits, 0 to 7', 'as chmod takes it: `mode = 755`');
      return [];
    }
    const md5 = part.literal('md5sum')?.trim().toLowerCase();
    if (md5 && !/^[0-9a-f]{32}$/.test(md5)) {
      reportBad(part, 'md5sum', report, `\`${md5}\` is no MD5 sum`, '32 hexadecimal digits');
      return [];
    }
    const only = saysYes(part, 'download-only', yes, false);
    for (const name of only ? ['strip-top-level-dir', 'excludes'] : ['filename', 'mode']) {
      if (part.option(name) === undefined) continue;
      const why = only ? 'the file is not unpacked' : 'the archive is unpacked';
      reportNoEffect(part, name, report, why, 'take it out');
    }
    return [download(part, url, only, md5, mode)];
  },
};

function download(
  part: Part,
  url: string,
  only: boolean,
  md5: string | undefined,
  mode: string | undefined,
): DownloadEntry {
  const target = folder(part);
  const name = part.literal('filename')?.trim() || new URL(url).pathname.split('/').at(-1) || part.name;
  const path = only ? join(target, text(name)) : target;
  return {
    kind: 'download',
    origin: part.origin('url'),
    url,
    ...(md5 && {md5}),
    class: folderClass(path),
    path,
    unpack: !only,
    strip: !only && saysYes(part, 'strip-top-level-dir', yes, false),
    excludes: only ? [] : part.lines('excludes').map(show),
    ...(only && mode !== undefined && {mode: mode.padStart(4, '0')}),
  };
}

/** Where the recipe says that it put things. Source: hexagonit.recipe.download 1.7.1, Recipe.__init__. */
function folder(part: Part): Text {
  const named = part.option('destination');
  return named && named.pieces.length > 0 ? inDirectory(trim(named)) : place('directory', `parts/${part.name}`);
}
