/** `dumpstream.lua` under the real LuaJIT, called as Fluent Bit's Lua filter calls it, with the built command behind it. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { dumpText, logText } from '../cli/dumps.ts'
import { CLI, environment, finish } from '../cli/spawn.ts'

const LIVE = process.env.DUMPSTREAM_LIVE === '1'
const SCRIPT = fileURLToPath(new URL('../../examples/fluent-bit/dumpstream.lua', import.meta.url))
const HARNESS = fileURLToPath(new URL('fluent-bit.lua', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'dumpstream-lua-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Run {
  /** Numbers of the lines that came out. */
  readonly lines: number[]
  readonly findings: string[]
  readonly seconds: number
  readonly stderr: string
}

async function filter(text: string, event = 'none:0', bridge = `${process.execPath} ${CLI} bridge`): Promise<Run> {
  const log = join(folder, 'app.log')
  writeFileSync(log, text)
  const child = spawn('luajit', [HARNESS, SCRIPT, log, event], { env: environment({ DUMPSTREAM: bridge }) })
  const { code, stdout, stderr } = await finish(child)
  expect([code, stderr.includes('harness')]).toEqual([0, false])
  const rows = stdout.split('\n').map((row) => row.split('\t'))
  return {
    lines: rows.flatMap(([kind, n]) => (kind === 'L' ? [Number(n)] : [])),
    findings: rows.flatMap(([kind, ...rest]) => (kind === 'R' ? [rest.join(' ')] : [])),
    seconds: Number(rows.find(([kind]) => kind === 'T')?.[1]),
    stderr,
  }
}

const count = (text: string): number => text.split('\n').length - 1
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe.runIf(LIVE)('dumpstream.lua under LuaJIT', () => {
  const before = logText(50)
  const dump = dumpText()
  // A dump ends with what can only begin another one, or with silence.
  const text = before + dump + dump + logText(50, 50)
  const ordinary = [...range(1, 50), ...range(count(before + dump + dump) + 1, count(text))]

  it('takes dumps out, puts findings in with the metadata of their stream, and leaves all else as it was', async () => {
    const { lines, findings, stderr } = await filter(text)
    expect(stderr).toBe('')
    expect(lines).toEqual(ordinary)
    expect(findings).toEqual(['dump 55 web-1', 'signature 41 web-1', 'signature 12 web-1', 'signature 2 web-1'])
  })

  it('passes 200 000 lines with 200 dumps, every ordinary one once and in order', async () => {
    const round = logText(800) + dump
    const many = round.repeat(Math.ceil(200_000 / count(round)))
    const { lines, findings } = await filter(many)
    const expected = range(1, count(many)).filter((n) => (n - 1) % count(round) < 800)
    expect(lines).toEqual(expected)
    expect(findings.filter((each) => each.startsWith('dump 55')).length).toBeGreaterThan(100)
  }, 120_000)

  it('fails open when its bridge is killed, and loses no record that is not dump', async () => {
    const { lines, stderr } = await filter(text, 'kill:150')
    expect(stderr).toMatch(/the bridge has ended; records go on as they are/)
    expect(lines.filter((n) => ordinary.includes(n))).toEqual(ordinary)
    expect(lines).toContain(150)
  })

  it('waits for a bridge that hangs for a bounded time only', async () => {
    const { lines, seconds, stderr } = await filter(text, 'stop:150')
    expect(stderr).toMatch(/no answer in 5000 ms/)
    expect(seconds).toBeLessThan(15)
    expect(lines.filter((n) => ordinary.includes(n))).toEqual(ordinary)
  }, 30_000)

  it.each(['false', 'no-such-command', 'yes garbage', "printf 'd\\n{\\n'"])('fails open behind %s', async (bridge) => {
    const { lines, stderr } = await filter(text, 'none:0', bridge)
    expect(stderr).toContain('records go on as they are')
    expect(lines.filter((n) => ordinary.includes(n))).toEqual(ordinary)
  })
})
