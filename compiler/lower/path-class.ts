import type {PathClass} from '../model/settings.js';
import type {Text} from '../model/text.js';
import {literal, show} from '../util/text.js';

/** The class by what the folder is called; the release's own folders are code, etc and bin. */
export function folderClass(path: Text): PathClass {
  const whole = literal(path) ?? show(path);
  const below = whole.replace(/^\{directory\}\/?/, '').replace(/^\{(\w+)\}/, '$1');
  if (/(^|\/)blob(storage|cache)?s?($|\/|-)/.test(below)) return 'blobs';
  if (/^(var\/)?log(s)?($|\/)/.test(below)) return 'log';
  if (/^(var\/)?(run|sock|sockets|pids)($|\/)/.test(below)) return 'run';
  if (/^(var\/)?backups($|\/)/.test(below)) return 'backups';
  if (/^(var|data)($|\/)/.test(below) || below.startsWith('/')) return 'data';
  if (/^(etc|parts)($|\/)/.test(below)) return 'etc';
  return /^bin($|\/)/.test(below) ? 'bin' : 'code';
}
