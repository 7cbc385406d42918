/** `dumpstream mmexternal` under a parent that asks as rsyslog does: a line, then exactly one line back. */

import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { dumpText, isNewFrame } from './dumps.ts'
import { cli, start } from './spawn.ts'

interface Reply {
  readonly drop?: number
  readonly records?: readonly Readonly<Record<string, unknown>>[]
  readonly complaint?: string
}

const children: ReturnType<typeof start>[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

class Rsyslog {
  readonly #child: ReturnType<typeof start>
  readonly #lines: AsyncIterableIterator<string>

  constructor(args: readonly string[] = []) {
    this.#child = start(['mmexternal', ...args])
    children.push(this.#child)
    if (this.#child.stdout === null) throw new Error('no stdout')
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  /** The reply's `$!dumpstream`, `{}` when there is none. */
  async ask(line: string): Promise<Reply> {
    this.#child.stdin?.write(`${line}\n`)
    const { value } = await this.#lines.next()
    return JSON.parse(value)['$!']?.dumpstream ?? {}
  }

  async askAll(lines: readonly string[]): Promise<Reply[]> {
    const replies: Reply[] = []
    for (const line of lines) replies.push(await this.ask(line))
    return replies
  }

  async end(): Promise<unknown> {
    this.#child.stdin?.end()
    return (await once(this.#child, 'close'))[0]
  }
}

function message(msg: string, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    ...{ msg, rawmsg: msg, timereported: '2026-11-24T05:00:00Z', hostname: 'web-1', programname: 'api', procid: '43' },
    ...more,
  })
}

const DUMP = dumpText().split('\n').slice(0, -1)
const TEXT = DUMP.filter((line) => line !== '')

/** The first header may be prose, and a function or a creator that is seen for the first time a log line: those stay in the log. */
function expectKept(replies: readonly Reply[]): void {
  const known = new Set<string>()
  expect(replies).toEqual(TEXT.map((line, i) => (i === 0 || isNewFrame(line, known) ? {} : { drop: 1 })))
}

describe('mmexternal', () => {
  it('keeps log, drops what is dump for certain, and gives the records to the next message of any stream', async () => {
    const rsyslog = new Rsyslog()
    expect(await rsyslog.ask(message('before'))).toEqual({})
    const replies = await rsyslog.askAll(TEXT.map((line) => message(line.replaceAll('\t', '#011'))))
    expectKept(replies)
    await delay(1_500)
    const { records } = await rsyslog.ask(message('other', { procid: '44' }))
    expect(records?.map(({ type }) => type)).toEqual(['dump', 'signature', 'signature', 'signature'])
    expect(records?.[0]).toMatchObject({ source: 'web-1/api/43', goroutines: 55, time: '2026-11-24T05:00:00.000Z' })
    expect(await rsyslog.ask(message('after'))).toEqual({})
    expect(await rsyslog.end()).toBe(0)
  })

  it.each([
    ['crash', [false, true]],
    ['all', [false, false]],
    ['none', [true, true]],
  ])('--keep %s', async (keep, drops) => {
    const rsyslog = new Rsyslog(['--keep', keep])
    const crash = ['panic: boom', 'goroutine 7 [running]:', 'main.f()', '\t/app/main.go:3 +0x1d']
    const dropped = async (lines: readonly string[]): Promise<boolean> =>
      (await rsyslog.askAll(lines.map((line) => message(line)))).some(({ drop }) => drop === 1)
    const other = (await rsyslog.askAll(TEXT.map((line) => message(line, { procid: '44' })))).some(
      ({ drop }) => drop === 1,
    )
    expect([await dropped(crash), other]).toEqual(drops)
  })

  it('drops no line that only looks like a dump', async () => {
    const rsyslog = new Rsyslog()
    const prose = ['goroutine 7 [running]:', 'is what a header looks like', 'panic: not at all', '', 'and so on']
    expect(await rsyslog.askAll(prose.map((line) => message(line)))).toEqual(prose.map(() => ({})))
  })

  it('names a stream after its file', async () => {
    const rsyslog = new Rsyslog(['--idle', '100ms'])
    const metadata = { '$!': { metadata: { filename: '/var/log/app.log' } } }
    await rsyslog.askAll(TEXT.map((line) => message(line, metadata)))
    await delay(600)
    expect((await rsyslog.ask(message('after', metadata))).records?.[0]).toMatchObject({ source: '/var/log/app.log' })
  })

  it('takes text alone, too, and answers each line, whatever it is', async () => {
    const rsyslog = new Rsyslog()
    const odd = ['', '{', '[1]', 'null', '{"msg":7,"rawmsg":1}', 'x'.repeat(9 << 20), '\u0000']
    expect(await rsyslog.askAll(odd)).toEqual(odd.map(() => ({})))
    const replies = await rsyslog.askAll(TEXT.map((line) => ` ${line}`))
    expectKept(replies)
  })

  it('spreads many records over several replies of bounded length', async () => {
    const groups = Array.from({ length: 400 }, (_, i) => ({
      ...{ count: 1, state: 'select', place: `/app/p${i}.go:${i + 1}` },
      function: `svc/p${i}.work${'x'.repeat(200)}`,
    }))
    const lines = dumpText(groups)
      .split('\n')
      .filter((line) => line !== '')
    const rsyslog = new Rsyslog(['--idle', '100ms'])
    await rsyslog.askAll(lines.map((line) => message(line)))
    await delay(800)
    const counts: number[] = []
    for (;;) {
      const reply = await rsyslog.ask(message('after'))
      if (reply.records === undefined) break
      expect(Buffer.byteLength(JSON.stringify(reply))).toBeLessThan(32 << 10)
      counts.push(reply.records.length)
    }
    expect(counts.length).toBeGreaterThan(5)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(401)
  })

  it('says nothing on stderr while it runs: that is the reply pipe, too', async () => {
    const rsyslog = new Rsyslog(['--otlp', 'http://127.0.0.1:9', '--idle', '100ms'])
    await rsyslog.askAll(TEXT.map((line) => message(line)))
    let complaint: string | undefined
    for (let i = 0; i < 100 && complaint === undefined; i++) {
      await delay(50)
      ;({ complaint } = await rsyslog.ask(message('after')))
    }
    expect(complaint).toMatch(/^can't send metrics to http:\/\/127\.0\.0\.1:9/)
    expect((await cli(['mmexternal', 'FILE'])).code).toBe(2)
  })
})
