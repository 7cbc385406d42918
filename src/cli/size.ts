/** Memory sizes, `256M`, `2GiB`, `512Mi`, and bounds, `goroutines=1e6`, `memory=2GiB`. */
import type { Bound } from '../core/model.ts'
import { quote, usageError } from './args.ts'

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  // Powers of two, as Docker, systemd, the JVM and Kubernetes write them.
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/** Bytes; NaN if `text` is not a size. */
export function sizeOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?(?:e\d{1,2})?)([a-z]*)$/i.exec(text)
  return Number(match?.[1]) * (UNITS[(match?.[2] ?? '').toLowerCase()] ?? Number.NaN)
}

/** @throws DumpstreamError `DS_USAGE` */
export function readBound(texts: readonly string[]): Bound {
  let bound: Bound = {}
  for (const text of texts.flatMap((each) => each.split(','))) {
    const match = /^(goroutines|memory)=(.*)$/i.exec(text.trim())
    const name = match?.[1]?.toLowerCase() === 'memory' ? 'memory' : 'goroutines'
    const number = match?.[2] ?? ''
    const value = name === 'goroutines' && /[a-df-z]/i.test(number) ? Number.NaN : sizeOf(number)
    if (!(value >= 1)) throw usageError(`--bound takes goroutines=1e6 or memory=2GiB, not ${quote(text)}`)
    bound = { ...bound, [name]: value }
  }
  return bound
}
