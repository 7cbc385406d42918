/** Finds the current name of a file: rotation renames it within its folder, which may contain ten thousand others. */
import { readdirSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { systemErrorCode } from '../core/system-error.ts'
import { identityOf } from './open.ts'

/** What rotation appends to a file name: `.1`, `-20261124`, `.20261124-101500`. Compressed files do not count. */
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

/**
 * If files are renamed while a folder is listed, the listing can contain a file twice and miss another: so it is listed again, at most this often.
 */
const LOOKS = 16

/** Visits the files that were once at `path`, by their names: some may come twice, and none is missed unless the folder never comes to rest. */
export function eachRotation(path: string, take: (name: string, stats: Stats) => void): void {
  lookUntilSteady(path, rotatedNames(path), (name, stats) => {
    take(name, stats)
    return false
  })
}

/** The current path of the file: one of `paths`, or a new name; undefined if it is gone. */
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
 * Visits the `wanted` names in the folder of `path`, until nothing was renamed between two listings. Returns the path for which `take` returned true;
 * undefined if there is none.
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

/** Undefined if there is no file, or if we may not see it. */
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
