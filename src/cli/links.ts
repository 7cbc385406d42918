/** Places in the source that a click in the terminal opens. */
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { createSupportsHyperlinks } from 'supports-hyperlinks'
import { SourceLinks } from '../sinks/html/links.ts'
import type { UrlOf } from '../sinks/style.ts'

/** Files that are known to be there or not; past it they are looked up again. */
const REMEMBERED = 10_000

/**
 * On the web where `sourceUrl`, the module cache or the Go distribution says so; else on this machine, where the file is there.
 * Undefined where the terminal has no links.
 */
export function openSourceLinks(sourceUrl: string | undefined): UrlOf | undefined {
  if (!createSupportsHyperlinks({ isTTY: true })) return undefined
  const links = new SourceLinks(sourceUrl, [])
  const known = new Map<string, string | undefined>()
  return (file, line) => {
    if (!known.has(file)) {
      if (known.size >= REMEMBERED) known.clear()
      const local = file.startsWith('/') && existsSync(file) ? pathToFileURL(file).href : undefined
      known.set(file, local ?? links.urlOf(file))
    }
    return known.get(file)?.replaceAll('{line}', String(line ?? 1))
  }
}
