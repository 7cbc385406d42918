/** A finding in the form that code review tools use: what, where, how bad, and the stack. */
import type { FindingRecord } from '../../core/records.ts'
import { KIND_NAMES } from '../finding-text.ts'
import { readFrame } from '../last-dumps.ts'
import { baseName, capitalized, counted, grouped, placeOf } from '../names.ts'
import { printable } from '../printable.ts'
import { dominantState } from '../table.ts'
import type { Report } from './report.ts'
import { foundTogether } from './together.ts'

export interface Annotation {
  readonly finding: FindingRecord
  /** `leak`, `timeout`. */
  readonly kind: string
  /** One line. */
  readonly title: string
  /** The facts, one sentence each; only the stack is missing. */
  readonly sentences: readonly string[]
  /** Innermost first, each `function file:line`; the creator is last. */
  readonly stack: readonly string[]
  /** The test that ran out of time. */
  readonly test: string | undefined
  readonly file: string | undefined
  readonly line: number | undefined
}

/** One per distinct finding, however many sources have it. */
export function annotationsOf(report: Report): Annotation[] {
  return foundTogether(report).map(({ worst, goroutines, sources }) => {
    const stack = [
      ...(worst.stack ?? []),
      ...(worst.created_by === undefined ? [] : [`created by ${worst.created_by} ${worst.created_at ?? ''}`.trimEnd()]),
    ].map(printable)
    const several =
      sources.length > 1 ? `${counted(goroutines, 'goroutine')} in ${grouped(sources.length)} sources` : undefined
    return {
      finding: worst,
      kind: KIND_NAMES[worst.finding],
      title: printable(worst.title),
      sentences: [
        printable(worst.because),
        ...(waitText(report, worst) ?? []),
        ...(several === undefined ? [] : [several]),
        ...(worst.hint === undefined ? [] : [printable(capitalized(worst.hint))]),
      ],
      stack,
      test: worst.finding === 'timeout' ? testOf(worst.stack ?? []) : undefined,
      file: worst.file,
      line: worst.line,
    }
  })
}

/** `It waits in chan receive at queue_test.go:14`. */
function waitText(report: Report, finding: FindingRecord): string[] | undefined {
  if (finding.finding !== 'timeout') return undefined
  const source = report.sources.find((each) => each.source === finding.source)
  const record = source?.signatures.find((each) => each.record.id === finding.signatures[0])?.record
  if (record === undefined) return undefined
  const state = dominantState(record)
  const place = baseName(placeOf(record))
  if (state === '') return undefined
  return [printable(`It waits in ${state}${place === '' ? '' : ` at ${place}`}`)]
}

/** `TestHang`, from the frame that the testing package called. */
function testOf(stack: readonly string[]): string | undefined {
  const names = stack.map((frame) => readFrame(frame).function)
  const called = names[names.indexOf('testing.tRunner') - 1]
  return called === undefined ? undefined : /\.((?:Test|Benchmark|Fuzz|Example)[^./]*)/.exec(called)?.[1]
}
