/** Real programs, each with one known behaviour, dumped some times; the verdicts are held to the truth. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseDumps } from '../../src/stream/parse.ts'
import { buildGo } from './go.ts'

const LEAKS: Readonly<Record<string, string>> = {
  send: 'main.subjectSend',
  receive: 'main.subjectReceive',
  range: 'main.subjectRange',
  select: 'main.subjectForever',
  mutex: 'main.subjectLock',
  waitgroup: 'main.subjectWait',
  context: 'main.subjectContext',
  body: 'net/http.(*persistConn).readLoop',
  after: 'main.subjectAfter',
}
const HEALTHY = ['burst', 'warm', 'growing', 'batch', 'restart']
const DUMPS = 5
/** The first dump of a history in which a leak must be found. */
const FOUND = 3

/** What one process writes to stdout while it is asked for `dumps` dumps. */
async function record(program: string, behaviour: string, dumps: number): Promise<string> {
  const child = spawn(program, ['-do', behaviour], { stdio: ['pipe', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  const closed = once(child, 'close')
  try {
    for (let i = 0; i < dumps; i++) {
      await sleep(500)
      child.stdin.write('\n')
    }
    child.stdin.end()
    await closed
  } finally {
    child.kill('SIGKILL')
  }
  return text
}

describe('programs whose behaviour is known', () => {
  it('what leaks is called leaking from three dumps on, and nothing else is after any', async () => {
    const program = buildGo(fileURLToPath(new URL('verdicts', import.meta.url)), 'local')
    const rows: string[] = []
    const wrong: string[] = []
    const logs = [...Object.keys(LEAKS), ...HEALTHY].map(async (behaviour) => {
      const lives = behaviour === 'restart' ? [2, 3] : [DUMPS]
      let log = ''
      for (const dumps of lives) log += await record(program, behaviour, dumps)
      return { behaviour, log }
    })
    for (const { behaviour, log } of await Promise.all(logs)) {
      const signatures = parseDumps(Buffer.from(log)).filter((each) => each.type === 'signature')
      const subject = LEAKS[behaviour]
      const leaking = signatures.filter((each) => each.verdict === 'leaking')
      const found = leaking.find((each) => each.dump === DUMPS && each.function === subject)
      // Where bodies stay open, the connections' other goroutines leak with them.
      const alarms = leaking.filter((each) => each.function !== subject && behaviour !== 'body')
      rows.push(
        `${behaviour.padEnd(10)} ${subject === undefined ? 'healthy' : 'leaks'}: ${found?.because ?? 'no leak found'}`,
      )
      const foundIn = leaking.filter((each) => each.dump >= FOUND && each.function === subject).length
      if (foundIn !== (subject === undefined ? 0 : DUMPS - FOUND + 1))
        wrong.push(`${rows.at(-1)} (in ${foundIn} dumps)`)
      for (const each of alarms) wrong.push(`${behaviour}: ${each.function}, dump ${each.dump}: ${each.because}`)
    }
    console.log(rows.join('\n'))
    expect(wrong).toEqual([])
  })
})
