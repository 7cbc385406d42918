/** `dumpstream bridge --journal`: what it writes for a filter that writes files and does not wait, over stops and crashes. */
import type { ChildProcess } from 'node:child_process'
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { folderForEachTest } from '../folder.ts'
import { dumpText, logText } from './dumps.ts'
import { cli, finish, start } from './spawn.ts'

/** The nightly run kills a thousand times. */
const KILLS = Number(process.env.DUMPSTREAM_KILLS ?? 5)
const folder = folderForEachTest()
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function bridge(id: string): ChildProcess {
  const child = start(['bridge', '--idle', '200ms', '--journal', folder.at(id)])
  children.push(child)
  return child
}

const STREAM = `+1\t${JSON.stringify({ source: 'pod-1', tag: 'app', key: 'log', fields: { pod: 'a' } })}\n`

/** Entries of stream 1, a millisecond apart; withheld where the filter took them out of the log. */
function entries(text: string, mark: '-' | 'w' = 'w', from = 1_795_500_000): string {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, i) => `1\t${(from + i / 1000).toFixed(3)}\t${mark}\t${line}\n`)
    .join('')
}

function events(id: string): { time: number; record: Record<string, unknown> }[] {
  const found: { time: number; record: Record<string, unknown> }[] = []
  // The next file begins after some megabytes.
  for (let file = 1; existsSync(folder.at(`${id}.${file}.out`)); file++)
    for (const line of readFileSync(folder.at(`${id}.${file}.out`), 'utf8')
      .split('\n')
      .slice(0, -1)) {
      const tab = line.indexOf('\t')
      found.push({ time: Number(line.slice(0, tab)), record: JSON.parse(line.slice(tab)) })
    }
  return found
}

async function eventually(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !holds(); tries++) await sleep(50)
  expect(holds()).toBe(true)
}

const saysDump = (id: string) => (): boolean =>
  events(id).some(({ record }) => String(record.log).startsWith('goroutine dump 1: 55 goroutines'))

describe('bridge --journal', () => {
  it('writes what it found as records of the log: text, severity, attributes, the fields and the time of their stream', async () => {
    appendFileSync(folder.at('1-1.1.in'), STREAM + entries(logText(2), '-') + entries(dumpText()))
    const child = bridge('1-1')
    await eventually(saysDump('1-1'))
    const [first] = events('1-1')
    expect(first).toMatchObject({
      record: { pod: 'a', severity: 'INFO', attributes: { 'dumpstream.goroutines': 55 }, dumpstream: { type: 'dump' } },
    })
    expect(Math.floor(first?.time ?? 0)).toBe(1_795_500_000)
    child.stdin?.end()
    expect(await finish(child)).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.pid'))).toEqual([])
  })

  it('gives back as log what was withheld and is no dump, with its own time', async () => {
    appendFileSync(folder.at('1-1.1.in'), STREAM + entries('panic: recovered\n\nan ordinary line\nand another\n'))
    const child = bridge('1-1')
    await eventually(() => events('1-1').length >= 3)
    expect(events('1-1').map(({ time, record }) => [time, record.log])).toEqual([
      [1_795_500_000, 'panic: recovered'],
      [1_795_500_000.002, 'an ordinary line'],
      [1_795_500_000.003, 'and another'],
    ])
    child.stdin?.end()
    await finish(child)
  })

  it('goes on after a kill in the middle of a dump, and says the dump once', async () => {
    const lines = entries(dumpText()).split(/(?<=\n)/)
    const half = lines.length / 2
    appendFileSync(folder.at('1-1.1.in'), STREAM + lines.slice(0, half).join(''))
    const first = bridge('1-1')
    await eventually(() => existsSync(folder.at('1-1.state')))
    first.kill('SIGKILL')
    await finish(first)
    appendFileSync(folder.at('1-1.1.in'), lines.slice(half).join(''))
    const second = bridge('1-1')
    await eventually(saysDump('1-1'))
    second.stdin?.end()
    await finish(second)
    expect(events('1-1').filter(({ record }) => String(record.log).startsWith('goroutine dump'))).toHaveLength(1)
  })

  it(`loses no dump and no line of log over ${KILLS} kills`, async () => {
    appendFileSync(folder.at('1-1.1.in'), STREAM)
    let written = 0
    const write = async (): Promise<void> => {
      const text = `panic: recovered\n\nordinary line ${written++}\n${dumpText()}an ordinary line\nand another\n`
      const lines = entries(text, 'w', 1_795_500_000 + written).split(/(?<=\n)/)
      const cut = Math.floor(Math.random() * lines.length)
      appendFileSync(folder.at('1-1.1.in'), lines.slice(0, cut).join(''))
      await sleep(Math.random() * 50)
      appendFileSync(folder.at('1-1.1.in'), lines.slice(cut).join(''))
      await sleep(Math.random() * 150)
    }
    for (let kill = 0; kill < KILLS; kill++) {
      const child = bridge('1-1')
      const until = performance.now() + 100 + Math.random() * 1_200
      while (performance.now() < until) await write()
      child.kill('SIGKILL')
      expect((await finish(child)).stderr).toBe('')
    }
    const last = bridge('1-1')
    const seen = (beginning: string): number[] =>
      events('1-1').flatMap(({ time, record }) =>
        String(record.log).startsWith(beginning) ? [Math.floor(time) - 1_795_500_000] : [],
      )
    const all = Array.from({ length: written }, (_, i) => i + 1)
    const isThere = (): boolean =>
      ['goroutine dump', 'ordinary line'].every((beginning) => new Set(seen(beginning)).size === written)
    for (let tries = 0; tries < 120 && !isThere(); tries++) await sleep(500)
    last.stdin?.end()
    await finish(last)
    for (const beginning of ['goroutine dump', 'ordinary line']) {
      const found = seen(beginning)
      expect([...new Set(found)]).toEqual(all)
      // How far was read is saved after the events of each chunk: those of one may come again.
      const inChunk = Math.ceil((256 << 10) / dumpText().length)
      expect(found.length - written).toBeLessThanOrEqual(KILLS * inChunk)
      if (KILLS > 100) console.log(`${KILLS} kills, ${written} of '${beginning}', ${found.length - written} twice`)
    }
  }, 3_600_000)

  it('takes over the journal of a filter that is gone, and removes it', async () => {
    appendFileSync(folder.at('1-1.1.in'), STREAM + entries(dumpText()) + entries(logText(80), '-'))
    const child = bridge('2-2')
    await eventually(saysDump('2-2'))
    await eventually(() => !existsSync(folder.at('1-1.1.in')))
    child.stdin?.end()
    await finish(child)
  })

  it('reads on in the next file of the journal', async () => {
    appendFileSync(folder.at('1-1.1.in'), STREAM + entries(logText(3), '-'))
    const child = bridge('1-1')
    await eventually(() => existsSync(folder.at('1-1.state')))
    appendFileSync(folder.at('1-1.2.in'), STREAM + entries(dumpText()))
    await eventually(saysDump('1-1'))
    child.stdin?.end()
    await finish(child)
  })

  it('says where there is no such directory', async () => {
    const base = folder.at('missing/1-1')
    expect(await cli(['bridge', '--journal', base])).toMatchObject({
      code: 3,
      stderr: `dumpstream: --journal ${base}: no such directory\n`,
    })
  })
})
