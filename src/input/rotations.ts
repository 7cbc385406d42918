/** What a file is called by now: rotation renames it within its folder, where there may be ten thousand others. */
import { readdirSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { systemErrorCode } from '../core/system-error.ts'
import { identityOf } from './open.ts'

/** What rotation puts behind the name of a file: `.1`, `-20261124`, `.20261124-101500`. Not what it has compressed. */
const ROTATED = /^[.-]\d[\d.:TZ_-]*$/

export function isRotationOf(path: string, other: string): boolean {
  return isRotatedName(basename(path), basename(other))
}

function isRotatedName(first: string, name: string): boolean {
  return name.startsWith(first) && ROTATED.test(name.slice(first.length))
}

/** Is the file of that identity at the path? */
export function isAt(path: string, identity: string): boolean {
  const stats = statOf(path)
  return stats !== undefined && identityOf(stats) === identity
}

/** A folder whose files are renamed while it is looked at shows one of them twice, and another nowhere: it is looked at again. */
const LOOKS = 16

/** Hands on the files that were at `path` once, by their names: some twice, and none is missing unless its folder is never at rest. */
export function eachRotation(path: string, take: (name: string, stats: Stats) => void): void {
  lookUntilSteady(path, rotatedNames(path), (name, stats) => {
    take(name, stats)
    return false
  })
}

/** One of the paths, or what the file is called that was there; undefined when it is gone. */
export function findFile(paths: readonly [string, ...string[]], identity: string): string | undefined {
  const known = paths.find((path) => isAt(path, identity))
  if (known !== undefined) return known
  const isIt = (_: string, stats: Stats): boolean => identityOf(stats) === identity
  const rotated = rotatedNames(paths.at(-1) ?? paths[0])
  return lookUntilSteady(paths[0], rotated, isIt) ?? lookUntilSteady(paths[0], () => true, isIt)
}

function rotatedNames(path: string): (name: string) => boolean {
  const first = basename(path)
  return (name) => isRotatedName(first, name)
}

/**
 * Looks at what is in the folder of `path` under names that are `wanted`, until nothing was renamed between two looks. Returns the path at
 * which `take` was done; undefined: at none.
 */
function lookUntilSteady(
  path: string,
  wanted: (name: string) => boolean,
  take: (name: string, stats: Stats) => boolean,
): string | undefined {
  const folder = dirname(path)
  let before: string | undefined
  for (let looks = 0; looks < LOOKS; looks++) {
    let seen = ''
    for (const name of namesIn(folder)) {
      if (!wanted(name)) continue
      const at = join(folder, name)
      const stats = statOf(at)
      if (stats !== undefined && take(at, stats)) return at
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

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    return []
  }
}
