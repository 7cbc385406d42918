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

/** A folder whose files are renamed while it is looked at shows one of them twice, and another nowhere: it is looked at again. */
const LOOKS = 16

/** Hands on the files that were at `path` once, by their names: some twice, and none is missing unless its folder is never at rest. */
export function eachRotation(path: string, take: (name: string, stats: Stats) => void): void {
  lookUntilSteady(
    path,
    (name) => isRotationOf(path, name),
    (name, stats) => {
      take(name, stats)
      return false
    },
  )
}

/** One of the paths, or what the file is called that was there; undefined when it is gone. */
export function findFile(paths: readonly [string, ...string[]], identity: string): string | undefined {
  const isIt = (_: string, stats: Stats): boolean => identityOf(stats) === identity
  const known = paths.find((path) => {
    const stats = statOf(path)
    return stats !== undefined && isIt(path, stats)
  })
  if (known !== undefined) return known
  const first = paths.at(-1) ?? paths[0]
  return (
    lookUntilSteady(paths[0], (name) => isRotationOf(first, name), isIt) ?? lookUntilSteady(paths[0], () => true, isIt)
  )
}

/**
 * Looks at what is in the folder of `path` under names that are `wanted`, until nothing was renamed between two looks. Returns the name at
 * which `take` was done; undefined: at none.
 */
function lookUntilSteady(
  path: string,
  wanted: (name: string) => boolean,
  take: (name: string, stats: Stats) => boolean,
): string | undefined {
  let before: string | undefined
  for (let looks = 0; looks < LOOKS; looks++) {
    let seen = ''
    for (const name of besides(path)) {
      if (!wanted(name)) continue
      const stats = statOf(name)
      if (stats !== undefined && take(name, stats)) return name
      seen += `${name}\0${stats === undefined ? '' : identityOf(stats)}\n`
    }
    if (seen === before) return undefined
    before = seen
  }
  return undefined
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
