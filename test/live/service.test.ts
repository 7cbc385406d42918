/** The service of examples/leaky-service, compiled, leaking and signalled for real; what is found is held to what the runtime counts. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { TOOLCHAINS, type Toolchain } from './go.ts'
import { binary, dumpsOf, dumpstream, root, stacksOf, start, truths, withoutDumper } from './service.ts'

const variants: { toolchain: Toolchain; language: string | undefined; form: string }[] = TOOLCHAINS.flatMap(
  (toolchain) => [
    { toolchain, language: undefined, form: 'stack' },
    { toolchain, language: undefined, form: 'debug2' },
    { toolchain, language: undefined, form: 'debug1' },
  ],
)
variants.push({ toolchain: 'go1.27.3', language: '1.27', form: 'stack' })

const LEAKS = [
  'content_svr/cron/hashtag_suggestion.(*Cron).step2.func1',
  'content_svr/cron/hashtag_suggestion.(*Cron).step3.func1',
  'content_svr/producer.(*Producer).send',
]

describe('the leaking service, read from its stdout while it logs', () => {
  it.each(variants)(
    '$toolchain, go.mod $language, -dump $form: every count is what the runtime counts',
    async ({ toolchain, language, form }) => {
      const run = start(binary(toolchain, language), ['-dump', form])
      await sleep(300)
      for (let i = 0; i < 3; i++) {
        await run.signal()
        await sleep(600)
      }
      const found = dumpsOf(dumpstream(`/proc/${run.pid}/fd/1`))
      const expected = truths(run.report)
      expect(found.map(({ dump }) => dump.goroutines)).toEqual(expected.map((truth) => truth.goroutines))
      expect(found.map(({ dump }) => [dump.kind, dump.damaged, dump.truncated])).toEqual(
        [0, 1, 2].map(() => ['all', 0, false]),
      )
      found.forEach(({ signatures }, i) => {
        expect(withoutDumper(stacksOf(signatures))).toEqual(withoutDumper(expected[i]?.stacks ?? new Map()))
      })
      const labelled = found[2]?.signatures.find((each) => each.function.endsWith('producer.(*Producer).send'))
      if (language === '1.27' || form === 'debug1')
        expect(labelled?.labels).toEqual({ topic: { hashtags: labelled?.count } })
      if (form === 'debug1') return
      const named = (i: number, verdicts: readonly unknown[]): string[] =>
        (found[i]?.signatures ?? [])
          .filter(({ verdict }) => verdicts.includes(verdict))
          .map((each) => each.function)
          .sort()
      // Two dumps tell some of it: the cron job's might be workers of one loop.
      expect(named(1, ['leaking'])).toContain(LEAKS[2])
      expect(named(1, ['leaking', 'growing'])).toEqual(LEAKS)
      expect(named(2, ['leaking'])).toEqual(LEAKS)
      for (const { signatures } of found.slice(1)) {
        const leaking = signatures.filter((each) => each.verdict === 'leaking')
        for (const each of leaking)
          expect([each.survivors, each.new]).toEqual([each.count - (each.delta ?? 0), each.delta])
      }
    },
  )

  it.each(TOOLCHAINS)('%s: the fixed build is clean', async (toolchain) => {
    const run = start(binary(toolchain), ['-fixed'])
    await sleep(300)
    for (let i = 0; i < 3; i++) {
      await run.signal()
      await sleep(400)
    }
    const found = dumpsOf(dumpstream(run.log))
    expect(found.map(({ dump }) => dump.goroutines)).toEqual(truths(run.report).map((truth) => truth.goroutines))
    expect(
      found.flatMap(({ signatures }) =>
        signatures.filter((each) => each.verdict === 'leaking' || each.verdict === 'growing'),
      ),
    ).toEqual([])
  })

  it.each(TOOLCHAINS)(
    '%s: SIGQUIT is a dump of its own kind, with every goroutine that has a header',
    async (toolchain) => {
      const run = start(binary(toolchain), [])
      await sleep(300)
      await run.quit()
      const [found] = dumpsOf(dumpstream(run.log))
      const headers = readFileSync(run.log, 'latin1').match(/^goroutine \d+ .*\[/gm)?.length
      expect(found?.dump).toMatchObject({
        kind: 'signal',
        goroutines: headers,
        damaged: 0,
        truncated: false,
        reason: 'SIGQUIT: quit',
      })
    },
  )

  it('says the number that grep was used for, as goroutines', async () => {
    const run = start(binary('local'), [])
    await sleep(300)
    await run.signal()
    const truth = truths(run.report)[0]
    const wanted = [...(truth?.stacks ?? [])]
      .filter(([chain]) => chain.includes('cron/hashtag_suggestion'))
      .reduce((sum, [, count]) => sum + count, 0)
    const text = execFileSync(
      process.execPath,
      [join(root, 'dist/cli.js'), '--format', 'text', '--match', 'cron/hashtag_suggestion', run.log],
      { encoding: 'utf8' },
    )
    expect(text).toMatch(new RegExp(`\\b${wanted} goroutines?\\b`))
  })
})
