/** Errors of the operating system, in words for the person at the terminal. */

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied; run as a user who may read it',
  EPERM: 'permission denied; run as a user who may read it',
  EISDIR: 'is a directory; name the files in it',
  ENOTDIR: 'a part of the path is not a directory',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open; raise `ulimit -n`',
  ENXIO: 'is a socket, or has nothing at its other end; it cannot be opened as a file',
  EIO: 'the disk or terminal failed (EIO)',
  ENOSPC: 'no space left on the device',
  EROFS: 'the file system is read-only',
  EBADF: 'is not open',
}

const WRITING: Readonly<Record<string, string>> = {
  ENOENT: 'no such folder',
  EACCES: 'permission denied; run as a user who may write there',
  EPERM: 'permission denied; run as a user who may write there',
  EISDIR: 'is a directory; name a file in it',
}

/** `ENOENT` and the like; undefined if it is not an error of the operating system. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error && 'syscall' in error && 'code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

export function systemErrorText(error: unknown): string {
  const code = systemErrorCode(error)
  if (code !== undefined) return WORDS[code] ?? code
  return error instanceof Error ? error.message : String(error)
}

/** Like `systemErrorText`, but for writing. */
export function writeErrorText(error: unknown): string {
  return WRITING[systemErrorCode(error) ?? ''] ?? systemErrorText(error)
}
