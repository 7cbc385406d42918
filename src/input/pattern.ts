/** File name patterns that are looked at again while following: `*` and `?` within a name, in any part of the path. */
import { type Dirent, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export function isPattern(path: string): boolean {
  return /[*?]/.test(path) && !existsSync(path)
}

/** Paths that match now, in order of name. A folder that can't be read has none. Hidden names are matched only by a part that begins with a dot, as in a shell. */
export function matchingPaths(pattern: string): string[] {
  let found = [pattern.startsWith('/') ? '/' : '']
  for (const part of pattern.split('/').filter((name) => name !== '')) {
    found = /[*?]/.test(part)
      ? found.flatMap((folder) => matchingNames(folder, part))
      : found.map((folder) => join(folder, part))
  }
  return found.filter((path) => existsSync(path))
}

function matchingNames(folder: string, part: string): string[] {
  const name = new RegExp(
    `^${part
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  )
  return entries(folder)
    .filter((entry) => name.test(entry.name) && (part.startsWith('.') || !entry.name.startsWith('.')))
    .map((entry) => join(folder, entry.name))
    .sort()
}

function entries(folder: string): Dirent[] {
  try {
    return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true })
  } catch {
    return []
  }
}
