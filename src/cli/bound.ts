/** `--bound goroutines=1e6`, `--bound memory=2GiB`. */
import type { Bound } from '../core/model.ts'
import { quote, usageError } from './args.ts'
import { sizeOf } from './size.ts'

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
