/**
 * journald: systemd-journal-remote makes a journal of two units out of the export format
 * (https://systemd.io/JOURNAL_EXPORT_FORMATS), journalctl prints it in each of its forms.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { gapOf, judge, keepCarried, type Truth } from '../golden/carried.ts'
import { goldenDump } from '../golden/dumps.ts'
import { temporaryFolder } from './go.ts'
import { runLogger } from './loggers.ts'
import { UNITS_TRUTH, unitLines } from './units.ts'

const UPDATE = process.env.DUMPSTREAM_UPDATE_GOLDENS === '1'
const REMOTE = '/lib/systemd/systemd-journal-remote'
/** 2026-11-24T06:00:00Z, µs. */
const START = 1795500000000000n

interface Entry {
  readonly unit: string
  readonly pid: number
  readonly text: string
}

function makeJournal(entries: readonly Entry[]): string {
  const parts: Buffer[] = []
  entries.forEach(({ unit, pid, text }, i) => {
    const after = BigInt(i) * 1000n
    const message = Buffer.from(text)
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(message.length))
    const fields = [
      `__REALTIME_TIMESTAMP=${START + after}`,
      `__MONOTONIC_TIMESTAMP=${100_000_000_000n + after}`,
      '_BOOT_ID=0123456789abcdef0123456789abcdef',
      '_HOSTNAME=node-1',
      '_TRANSPORT=stdout',
      'PRIORITY=6',
      `_SYSTEMD_UNIT=${unit}.service`,
      `SYSLOG_IDENTIFIER=${unit}`,
      `_PID=${pid}`,
      'MESSAGE\n',
    ]
    parts.push(Buffer.from(fields.join('\n')), length, message, Buffer.from('\n\n'))
  })
  const folder = temporaryFolder()
  const exported = join(folder, 'units.export')
  const journal = join(folder, 'units.journal')
  writeFileSync(exported, Buffer.concat(parts))
  execFileSync(REMOTE, [`--output=${journal}`, exported], { stdio: ['ignore', 'ignore', 'pipe'] })
  return journal
}

function journalctl(journal: string, form: string, ...args: string[]): Buffer {
  return execFileSync('journalctl', ['--file', journal, '-o', form, '--no-pager', ...args], {
    env: { ...process.env, TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 26,
  })
}

function check(name: string, log: Buffer, truth: Truth): void {
  if (UPDATE) keepCarried(name, log, truth)
  const judged = judge(log, truth)
  if (gapOf(name) === undefined) expect(judged).toEqual({ ...truth, damaged: 0 })
}

describe('two units that dump at once, in the journal', () => {
  let journal = ''
  beforeAll(() => {
    // journald drops the empty lines of a unit's stdout (journald-stream.c, stdout_stream_log).
    journal = makeJournal(unitLines().filter(({ text }) => text !== ''))
  })

  it.each(['json', 'short', 'short-iso', 'short-precise', 'short-full', 'with-unit', 'cat'])('-o %s', (form) => {
    check(`journald-${form}.lines`, journalctl(journal, form), UNITS_TRUTH)
  })

  it('-o json --all', () => {
    check('journald-json-all.lines', journalctl(journal, 'json', '--all'), UNITS_TRUTH)
  })
})

it('-o json of coloured lines, which it writes as arrays of bytes', () => {
  const lines = unitLines().filter(({ text }) => text !== '')
  const coloured = lines.map((line) => ({ ...line, text: `\u001b[36m${line.text}\u001b[0m` }))
  const log = journalctl(makeJournal(coloured), 'json')
  expect(log.toString('latin1')).not.toContain('goroutine')
  const { goroutines, functions, damaged } = judge(log, { ...UNITS_TRUTH, log: 'all' })
  expect({ goroutines, functions, damaged }).toEqual({
    goroutines: UNITS_TRUTH.goroutines,
    functions: UNITS_TRUTH.functions,
    damaged: 0,
  })
})

describe('a dump in one message of the journal', () => {
  let journal = ''
  let truth: Truth
  beforeAll(() => {
    const { log, truth: logged } = runLogger('local', 'zap-json', 'field')
    truth = logged
    const lines = log.toString('utf8').split('\n').slice(0, -1)
    journal = makeJournal(lines.map((text) => ({ unit: 'app', pid: 43, text })))
  })

  it('-o json --all', () => {
    check('journald-json-all.field', journalctl(journal, 'json', '--all'), truth)
  })

  it('-o json leaves a message out that is longer than 4096 bytes, and with it the dump', () => {
    const stacktrace = goldenDump('zoo-1.27-stack.txt').toString('utf8')
    const text = JSON.stringify({ level: 'error', msg: 'stuck', stacktrace })
    const log = journalctl(makeJournal([{ unit: 'app', pid: 43, text }]), 'json')
    expect(log.toString('latin1')).toContain('"MESSAGE":null')
    check('journald-json.field', log, { dumps: 0, goroutines: 0, functions: {}, log: 'all' })
  })

  it('-o short', () => {
    check('journald-short.field', journalctl(journal, 'short'), truth)
  })
})
