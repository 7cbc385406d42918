/** The same service when it goes on logging while it dumps: log lines come between the lines of a dump, and into the middle of them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { TOOLCHAINS, type Toolchain } from './go.ts'
import {
  binary,
  dumpsOf,
  dumpstream,
  type FoundDump,
  stacksOf,
  start,
  type Truth,
  truths,
  withoutDumper,
} from './service.ts'

/** What three dumps of a service that logs a request every 200 µs came to, and what they should have. */
async function dumped(
  toolchain: Toolchain,
  language: string | undefined,
  ...args: string[]
): Promise<{ found: FoundDump[]; expected: Truth[] }> {
  const run = start(binary(toolchain, language), ['-interval', '30ms', '-requests', '200us', ...args])
  await sleep(300)
  for (let i = 0; i < 3; i++) {
    await run.signal()
    await sleep(400)
  }
  return { found: dumpsOf(dumpstream(`/proc/${run.pid}/fd/1`)), expected: truths(run.report) }
}

/** The leaking goroutines alone. */
function leaks(stacks: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(withoutDumper(stacks)).filter(([chain]) => !/^main\.(?:serve|every)$/.test(chain)),
  )
}

const languages: { toolchain: Toolchain; language: string | undefined }[] = [
  ...TOOLCHAINS.map((toolchain) => ({ toolchain, language: undefined })),
  { toolchain: 'go1.27.3', language: '1.27' },
]
const forms = ['stack', 'debug1', 'debug2']
const pieces = [
  ['stack', '4096'],
  ['stack', '100'],
  ['debug1', '300'],
] as const

describe('the leaking service, logging while it dumps', () => {
  it.each(languages.flatMap((each) => forms.map((form) => ({ ...each, form }))))(
    '$toolchain, go.mod $language, -dump $form: lines in between change no count',
    async ({ toolchain, language, form }) => {
      const { found, expected } = await dumped(toolchain, language, '-dump', form, '-write', 'lines')
      expect(found.map(({ dump }) => dump.goroutines)).toEqual(expected.map((truth) => truth.goroutines))
      expect(found.map(({ dump }) => [dump.kind, dump.damaged, dump.truncated])).toEqual(
        [0, 1, 2].map(() => ['all', 0, false]),
      )
      // Otherwise this has shown nothing.
      expect(found.reduce((sum, { dump }) => sum + dump.foreign_lines, 0)).toBeGreaterThan(0)
      found.forEach(({ signatures }, i) => {
        expect(leaks(stacksOf(signatures))).toEqual(leaks(expected[i]?.stacks ?? new Map()))
      })
    },
  )

  it.each(languages.flatMap((each) => pieces.map(([form, bytes]) => ({ ...each, form, bytes }))))(
    '$toolchain, go.mod $language, -dump $form in pieces of $bytes bytes: every goroutine counted, 99.5 % with their signature',
    async ({ toolchain, language, form, bytes }) => {
      const { found, expected } = await dumped(toolchain, language, '-dump', form, '-write', bytes)
      expect(found.map(({ dump }) => dump.goroutines)).toEqual(expected.map((truth) => truth.goroutines))
      expect(found.reduce((sum, { dump }) => sum + dump.foreign_lines, 0)).toBeGreaterThan(0)
      let right = 0
      let all = 0
      found.forEach(({ signatures }, i) => {
        const counted = leaks(stacksOf(signatures))
        for (const [chain, count] of Object.entries(leaks(expected[i]?.stacks ?? new Map()))) {
          all += count
          right += Math.min(count, counted[chain] ?? 0)
        }
        // A cut line makes no new signature, but for one kind that no reader can tell: before any function of its module is seen, a name is cut
        // between its words, and a log line that begins with a date is between the halves (docs/limits.md).
        const wanted = Object.keys(leaks(expected[i]?.stacks ?? new Map()))
        const made = Object.keys(counted).filter(
          (chain) => !wanted.some((each) => each.includes(`_${chain}`) || each.includes(`/${chain}`)),
        )
        expect(made.sort()).toEqual(wanted.sort())
      })
      expect(right / all).toBeGreaterThanOrEqual(0.995)
    },
  )
})
