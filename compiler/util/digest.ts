import {createHash} from 'node:crypto';

/** SHA-256 in lower-case hexadecimal; of a text, that of its UTF-8. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
