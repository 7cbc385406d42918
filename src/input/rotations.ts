/** What a file is called by now: rotation renames it within its folder, where there may be ten thousand others. */
import { readdirSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { systemErrorCode } from '../core/system-error.ts'
import { identityOf } from './open.ts'

/** What rotation puts behind the name of a file: `.1`, `-20261124`, `.20261124-101500`. Not what it has compressed. */
const ROTATED = /^[.-]\d[\d.:TZ_-]*$/

export function isRotationOf(path: string, other: string): boolean {
  const [first, name] = [basename(path), basename(other)]
  return name.startsWith(first) && ROTATED.test(name.slice(first.length))
}

/** A folder whose files are renamed meanwhile is looked at again: one is there twice, and another was behind the look. */
const LOOKS = 4

/** All that were at `path` once, by their names. */
export function rotationsOf(path: string): Stats[] {
  const found = new Map<string, Stats>()
  let known = -1
  for (let looks = 0; looks < LOOKS && known < found.size; looks++) {
    known = found.size
    for (const each of besides(path)) {
      const stats = isRotationOf(path, each) ? statOf(each) : undefined
      if (stats !== undefined) found.set(identityOf(stats), stats)
    }
  }
  return [...found.values()]
}

/** One of the paths, or what the file is called that was there; undefined when it is gone. */
export function findFile(paths: readonly [string, ...string[]], identity: string): string | undefined {
  const isIt = (path: string): boolean => {
    const stats = statOf(path)
    return stats !== undefined && identityOf(stats) === identity
  }
  const known = paths.find(isIt)
  if (known !== undefined) return known
  const first = paths.at(-1) ?? paths[0]
  const names = besides(paths[0])
  return names.filter((each) => isRotationOf(first, each)).find(isIt) ?? names.find(isIt)
}

/** Undefined also where we may not look. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    return undefined
  }
}

/** Paths in the folder of `path`. */
function besides(path: string): string[] {
  const folder = dirname(path)
  try {
    return readdirSync(folder).map((name) => join(folder, name))
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    return []
  }
}
