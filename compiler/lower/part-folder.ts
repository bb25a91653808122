import type {Text} from '../model/text.js';
import {place} from '../util/text.js';

/** `${buildout:parts-directory}/NAME`: the `location` of a part that says nothing else. */
export function partFolder(name: string): Text {
  return place('directory', `parts/${name}`);
}
