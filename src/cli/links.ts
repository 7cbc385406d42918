/** Source places as links in the terminal. */
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { createSupportsHyperlinks } from 'supports-hyperlinks'
import { SourceLinks } from '../sinks/html/links.ts'
import type { UrlOf } from '../sinks/style.ts'

/** Files whose existence is remembered; past it, they are looked up again. */
const REMEMBERED = 10_000

/**
 * Links to the file on this machine if it exists; otherwise to the web if `sourceUrl`, the module cache or the Go distribution provides a URL.
 * Undefined if the terminal does not support links.
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
