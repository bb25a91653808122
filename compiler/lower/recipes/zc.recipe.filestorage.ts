import type {Part, RecipeLowering} from '../../model/lowering.js';
import type {Text} from '../../model/text.js';
import {place, text, trim} from '../../util/text.js';
import {dirname, inDirectory} from '../placement.js';

/**
 * Lowers `zc.recipe.filestorage`: a ZODB storage, described for other parts.
 * Reads  `path`, `blob-dir`. Gives `path`, `blob-dir`, `zconfig`.
 * Plans  the folders in the data folder; the storage is in the automatic backup.
 */
export const zcRecipeFilestorage: RecipeLowering = {
  recipe: 'zc.recipe.filestorage',
  options: ['path', 'blob-dir', 'zconfig'],
  page: {
    summary: 'A ZODB storage that other parts refer to.',
    options: {
      path: 'the database; var/filestorage/PART/Data.fs without it',
      'blob-dir': 'the folder of blobs',
      zconfig: 'given: a <zodb> section with both',
    },
    differences: [
      'The default lies in the data folder: in parts/, where the recipe has it, the next release would lose it.',
    ],
  },
  gives: (part) => {
    const blobs = blobDir(part);
    const path = databasePath(part);
    return {
      path,
      'blob-dir': blobs ?? text(),
      zconfig:
        blobs === undefined
          ? text('<zodb>\n  <filestorage>\n    path ', path, '\n  </filestorage>\n</zodb>\n')
          : text(
              '<zodb>\n  <blobstorage>\n    blob-dir ',
              blobs,
              '\n    <filestorage>\n      path ',
              path,
              '\n    </filestorage>\n  </blobstorage>\n</zodb>\n',
            ),
    };
  },
  storages: (part, {dataPath}) => {
    const blobs = blobDir(part);
    return [{name: part.name, file: dataPath(databasePath(part)), ...(blobs && {blobs: dataPath(blobs)})}];
  },
  lower(part, {dataPath}) {
    const blobs = blobDir(part);
    const origin = part.origin('path');
    return [
      {kind: 'directory', origin, class: 'data', path: dirname(dataPath(databasePath(part)))},
      ...(blobs ? [{kind: 'directory', origin, class: 'blobs', path: dataPath(blobs)} as const] : []),
    ];
  },
};

function databasePath(part: Part): Text {
  const named = part.option('path');
  return named && named.pieces.length > 0
    ? inDirectory(trim(named))
    : place('directory', `var/filestorage/${part.name}/Data.fs`);
}

function blobDir(part: Part): Text | undefined {
  const named = part.option('blob-dir');
  return named && named.pieces.length > 0 ? inDirectory(trim(named)) : undefined;
}
