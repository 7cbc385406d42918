/** Makes a failing input small: lines go, then bytes, as long as it still fails in the same way. */
import type { Limits } from '../../src/core/limits.ts'
import { type Cuts, check, type Fault } from './check.ts'
import type { Input } from './generate.ts'

export interface Failure {
  readonly input: Input
  readonly cuts: Cuts
  readonly fault: string
}

/** How a fault is told from another: its words without its numbers. */
export function kindOf(fault: Fault): string | undefined {
  return fault?.split(/[\d\n]/, 1)[0]
}

/** Sets of cuts that are tried: each place, and all at once. */
function* someCuts(length: number): Iterable<Cuts> {
  yield Array.from({ length: Math.max(0, length - 1) }, (_, i) => i + 1)
  for (let at = 1; at < length; at++) yield [at]
}

function failureOf(input: Input, kind: string | undefined): Failure | undefined {
  for (const cuts of someCuts(input.bytes.length)) {
    const fault = check(input, cuts)
    if (fault !== undefined && kindOf(fault) === kind) return { input, cuts, fault }
  }
  return undefined
}

export function shrink(failure: Failure, deadline: number): Failure {
  const kind = kindOf(failure.fault)
  let best = failureOf(failure.input, kind) ?? failure
  for (const separator of ['\n', '']) {
    let size = best.input.bytes.length
    while (size >= 1 && Date.now() < deadline) {
      let smaller = false
      const pieces = best.input.bytes.toString('latin1').split(separator === '' ? '' : /(?<=\n)/)
      size = Math.min(size, pieces.length)
      for (let at = 0; at < pieces.length && Date.now() < deadline; at += size) {
        const text = [...pieces.slice(0, at), ...pieces.slice(at + size)].join('')
        const found = failureOf({ ...best.input, bytes: Buffer.from(text, 'latin1') }, kind)
        if (found === undefined) continue
        best = found
        smaller = true
        break
      }
      if (!smaller) size = Math.floor(size / 2)
    }
  }
  return withLeast(best, kind)
}

/** With as few options and bounds as it takes. */
function withLeast(failure: Failure, kind: string | undefined): Failure {
  let best = failure
  for (const name of Object.keys(best.input.options)) {
    const { [name as keyof Input['options']]: _gone, ...options } = best.input.options
    best = failureOf({ ...best.input, options }, kind) ?? best
  }
  for (const name of Object.keys(best.input.options.limits ?? {})) {
    const { [name as keyof Limits]: _gone, ...limits } = best.input.options.limits ?? {}
    best = failureOf({ ...best.input, options: { ...best.input.options, limits } }, kind) ?? best
  }
  return best
}
