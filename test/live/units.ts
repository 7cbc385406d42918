/** Two programs whose lines come mixed: a service that dumps its goroutines while it logs, and a job that panics. */
import { carriedLog, type Truth } from '../golden/carried.ts'
import { goldenDump } from '../golden/dumps.ts'

export interface UnitLine {
  readonly unit: 'app' | 'batch'
  readonly pid: 43 | 77
  readonly text: string
}

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1)

/** The job's lines come in bursts between the service's, always in the same way. */
export function unitLines(): UnitLine[] {
  const request = (n: number): string => `request ${n} of worker 9 handled`
  const before = Array.from({ length: 20 }, (_, i) => request(i + 1))
  const batch = [...before, ...linesOf(goldenDump('tb-1.27-panic-all.txt').toString('utf8'))]
  const app = linesOf(carriedLog('none.lines').toString('utf8'))
  const out: UnitLine[] = []
  let given = 0
  app.forEach((text, i) => {
    out.push({ unit: 'app', pid: 43, text })
    for (; given * app.length < batch.length * (i + 1); given++)
      if ((i * 7) % 5 < 3) out.push({ unit: 'batch', pid: 77, text: batch[given] ?? '' })
      else break
  })
  for (; given < batch.length; given++) out.push({ unit: 'batch', pid: 77, text: batch[given] ?? '' })
  return out
}

/** What dumpstream should find in them, in any carrier. */
export const UNITS_TRUTH: Truth = {
  dumps: 2,
  goroutines: 12,
  functions: {
    'main.idle': 2,
    'main.lock': 2,
    'main.receive': 3,
    'main.request': 2,
    'main.whole': 1,
    'main.blocker': 1,
  },
  log: 'requests',
}
