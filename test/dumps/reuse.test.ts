import { expect, it, vi } from 'vitest'
import { wordsOf } from '../../src/core/ascii.ts'
import { LIMITS } from '../../src/core/limits.ts'
import { Assemblers } from '../../src/dumps/assemblers.ts'
import type { FinishedDump } from '../../src/dumps/dump.ts'
import { InterleavedDumps } from '../../src/dumps/interleaved.ts'
import { LogQueue } from '../../src/lines/log-queue.ts'
import { Signatures } from '../../src/stacks/signature.ts'
import { StackTrees } from '../../src/stacks/trees.ts'
import { openingOf } from './reader.ts'

const STACK = 'main.f(0x1)\n\t/src/a.go:71 +0xf7\ncreated by main.main\n\t/src/b.go:3 +0x1\n'
const PROFILE = 'goroutine profile: total 3\n3 @ 0x1 0x2\n#\t0x1\tmain.f+0x1\t/src/a.go:3\n\n'

/** Texts that leave state behind: how lines begin, are indented and wrapped; reasons, times, ids, places in the program. */
const TEXTS: Readonly<Record<string, string>> = {
  'a dump': `goroutine 7 [running]:\n${STACK}`,
  'a dump of many goroutines': Array.from({ length: 99 }, (_, i) => `goroutine ${i + 1} [select]:\n${STACK}\n`).join(
    '',
  ),
  'log lines that begin alike, and a dump among them': `goroutine 1 [running]:\nmain.f(0x1)\n${'worker done\n'.repeat(20)}\t/src/a.go:71 +0xf7\n`,
  'a reason without a dump': 'panic: boom\nnothing\n',
  'a reason in the log': 'recovered from panic: boom\n',
  'a dump in lines that are wrapped': `goroutine 1 [running]:\n${`example.com/${'long/'.repeat(20)}x.Run(0x1)\n\t/src/${'path/'.repeat(20)}x.go:3 +0x1`.replace(/.{80}/g, '$&\n')}\n`,
  'a dump that is indented': `  goroutine 1 [running]:\n  main.f(0x1)\n  \t/src/a.go:71 +0xf7\n`,
  'the head of a line': 'goroutine 1 [running]:\nmain.f(0x\n',
  'a profile': PROFILE,
  'a profile of another program': PROFILE.replace('main.f', 'other.g'),
  'two dumps by turns': `goroutine 7 [running]:\nmain.f(0x1)\ngoroutine 7 [running]:\nmain.g(0x1)\n\t/src/a.go:71 +0xf7\n\t/src/b.go:1 +0x2\n`,
  'dates apart': `goroutine 1 [running]:\nmain.f(0x1)\n\t/src/a.go:71 +0xf7\n2026-11-24T05:00:00Z a\n2026-11-24T05:09:00Z b\ngoroutine 2 [running]:\n${STACK}`,
  'a race': `==================\nWARNING: DATA RACE\nRead at 0x1 by goroutine 7:\n  main.f()\n      /src/a.go:3 +0x1\n==================\n`,
}

interface Read {
  readonly dumps: readonly unknown[]
  readonly log: string
}

function makeAssemblers(): Assemblers {
  return new Assemblers(
    LIMITS,
    new Signatures('functions', 1000, LIMITS.memoryBytes),
    new StackTrees(LIMITS.knownStackBytes),
  )
}

function read(assemblers: Assemblers, text: string): Read {
  const log: string[] = []
  const dumps: unknown[] = []
  const tape = new LogQueue((bytes) => log.push(Buffer.from(bytes).toString('latin1')))
  const sink = {
    opening: () => openingOf(),
    timeOf: (line: string) => (line.startsWith('2026-') ? Date.parse(line.slice(0, 20)) : undefined),
    goroutine: () => {},
    dump: ({ signatures, ids: _, callers: __, ...rest }: FinishedDump) =>
      dumps.push({ ...rest, signatures: signatures.map(({ signature, count }) => [signature.id, count]) }),
  }
  const all = new InterleavedDumps({
    take: () => assemblers.take(tape, sink),
    give: (each, knows) => assemblers.give(each, knows),
  })
  const buf = Buffer.from(text, 'latin1')
  const words = wordsOf(buf)
  for (let pos = 0; pos < buf.length; ) {
    const next = all.run(buf, words, pos, buf.length, 0)
    pos = all.stopped === 'foreign' ? all.takeForeign(buf, next, 0) : next
  }
  all.end()
  all.release()
  return { dumps, log: log.join('') }
}

it.each(Object.keys(TEXTS))('reads what follows %s in another stream as if nothing had come before', (before) => {
  for (const text of Object.values(TEXTS)) {
    const assemblers = makeAssemblers()
    read(assemblers, TEXTS[before] ?? '')
    expect(read(assemblers, text)).toEqual(read(makeAssemblers(), text))
  }
})

it('does not reuse the tree of a dump that was cut, or mixed with another', () => {
  const trees = new StackTrees(LIMITS.knownStackBytes)
  const [take, give] = [vi.spyOn(trees, 'take'), vi.spyOn(trees, 'give')]
  read(
    new Assemblers(LIMITS, new Signatures('functions', 1000, LIMITS.memoryBytes), trees),
    TEXTS['two dumps by turns'] ?? '',
  )
  expect([take.mock.calls.length, give.mock.calls.length]).toEqual([2, 1])
})
