const texts: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  ENOENT: 'its folder is not there',
  ENOTDIR: 'what should be its folder is a file',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many symbolic links',
  ERR_INVALID_ARG_VALUE: 'its name holds a NUL character',
  ENOTREG: 'it is no regular file, but a device, a pipe or a socket',
  EFBIG: 'it is too large: a configuration has less than 64 MiB',
};

/** Why a file could not be read or written, in words: what the system threw, without the path of a temporary file. */
export function faultOfFile(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return texts[code] ?? (error instanceof Error ? error.message : String(error));
}
