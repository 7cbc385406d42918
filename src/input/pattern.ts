/** File name patterns that are matched again and again while following: `*` and `?` within a name, in any part of the path. */
import { type Dirent, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export function isPattern(path: string): boolean {
  return /[*?]/.test(path) && !existsSync(path)
}

/**
 * Paths that match now, sorted by name. An unreadable folder counts as empty. As in a shell, hidden names match only a part that begins with a dot.
 */
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
