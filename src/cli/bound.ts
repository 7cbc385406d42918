/** `--bound goroutines=1e6`, `--bound memory=2GiB`. */
import type { Bound } from '../core/model.ts'
import { quote, usageError } from './args.ts'

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  // As Kubernetes writes them, too.
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}

/** @throws DumpstreamError `DS_USAGE` */
export function readBound(texts: readonly string[]): Bound {
  let bound: Bound = {}
  for (const text of texts.flatMap((each) => each.split(','))) {
    const match = /^(goroutines|memory)=(\d+(?:\.\d+)?(?:e\d{1,2})?)([a-z]*)$/i.exec(text.trim())
    const name = match?.[1]?.toLowerCase() === 'memory' ? 'memory' : 'goroutines'
    const unit = (match?.[3] ?? '').toLowerCase()
    const factor = name === 'goroutines' && unit !== '' ? undefined : UNITS[unit]
    const value = Number(match?.[2]) * (factor ?? Number.NaN)
    if (!(value >= 1)) throw usageError(`--bound takes goroutines=1e6 or memory=2GiB, not ${quote(text)}`)
    bound = { ...bound, [name]: value }
  }
  return bound
}
