/** Dumps as people paste them and tools store them: each test is named after what went wrong. */
import { describe, expect, it } from 'vitest'
import type { DumpstreamRecord } from '../../src/core/records.ts'
import { feed } from '../property/weave.ts'

const STACK = ['shop.f(0xc000012345)', '\t/app/shop.go:12 +0x1d', 'main.main()', '\t/app/main.go:7 +0x44']
const GOROUTINE = ['goroutine 1 [running]:', ...STACK]
const CRASH = ['panic: boom', '', ...GOROUTINE]
const FRAMES = ['shop.f /app/shop.go:12', 'main.main /app/main.go:7']

const text = (lines: readonly string[]): Buffer => Buffer.from(lines.map((line) => `${line}\n`).join(''))

function ofType(type: DumpstreamRecord['type'], bytes: Buffer): DumpstreamRecord[] {
  return feed([bytes], { stacks: 'always' }).records.filter((record) => record.type === type)
}

const dumpsOf = (bytes: Buffer): DumpstreamRecord[] => ofType('dump', bytes)

/** Expects one whole crash, in one piece and in small ones. */
function expectCrash(bytes: Buffer, reason = 'boom'): void {
  expect(dumpsOf(bytes)).toMatchObject([{ kind: 'panic', reason, goroutines: 1, damaged: 0, truncated: false }])
  expect(ofType('signature', bytes)).toMatchObject([{ stack: FRAMES }])
  const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) => bytes.subarray(i * 7, i * 7 + 7))
  expect(feed(pieces, { stacks: 'always' }).records).toEqual(feed([bytes], { stacks: 'always' }).records)
}

describe('a panic that was recovered and raised again', () => {
  const recovered = 'panic: boom [recovered]'

  it.each([
    ['whose second line has lost its TAB', [recovered, 'panic: boom', '']],
    ['with an empty line before the second, as gofmt puts it into a comment', [recovered, '', 'panic: boom', '']],
  ])('lost its first line: %s', (_, before) => {
    expectCrash(text([...before, ...GOROUTINE]), 'boom [recovered]')
  })

  it('gives no reason to a panic that comes after a log line', () => {
    expectCrash(text([recovered, 'GET /cart 200', 'panic: boom', '', ...GOROUTINE]))
  })
})

it.each(['\t\t', '        \t', '            '])('a path with a blank was not read after %j', (blanks) => {
  const place = `${blanks}/home/ann/go course/03 channels - send.go:11 +0x8d`
  const dump = text(['goroutine 1 [chan send]:', 'main.main()', place, 'exit status 2'])
  expect(dumpsOf(dump)).toMatchObject([{ goroutines: 1, damaged: 0 }])
  expect(ofType('signature', dump)).toMatchObject([
    { stack: ['main.main /home/ann/go course/03 channels - send.go:11'] },
  ])
})

describe('the first literal of an expression', () => {
  const literals = (lines: readonly string[]): string[] => lines.map((line) => `\t\t${JSON.stringify(`${line}\n`)} +`)

  it.each(['\tstack := []byte(', '\tw.Write([]byte(', '\treturn errors.New(', '\tcases = map[string]string{ k: '])(
    'was not read after %s',
    (before) => {
      const [first = '', ...rest] = literals(CRASH)
      expectCrash(text([before + first.trimStart(), ...rest]))
    },
  )

  it('was not read with a header', () => {
    const [first = '', ...rest] = literals(GOROUTINE)
    const dump = text([`\tstack := []byte(${first.trimStart()}`, ...rest])
    expect(dumpsOf(dump)).toMatchObject([{ kind: 'single', goroutines: 1, damaged: 0 }])
  })
})

describe('blocks of code in a page', () => {
  const other = ['goroutine 42 [select]:', ...STACK]

  it.each(['```', '~~~', '````'])('goroutines of two blocks were taken for one dump: %s', (fence) => {
    const page = text([`${fence}`, ...GOROUTINE, fence, '', 'And this one waits:', '', `${fence}text`, ...other, fence])
    expect(dumpsOf(page)).toMatchObject([{ goroutines: 1 }, { goroutines: 1 }])
  })

  it('keeps the goroutines of one block together', () => {
    expect(dumpsOf(text(['```', ...GOROUTINE, '', ...other, '```']))).toMatchObject([{ goroutines: 2 }])
  })
})

describe('texts over several lines of a program', () => {
  const other = ['goroutine 42 [select]:', ...STACK]

  it.each([
    ['Python', '"""', '"""'],
    ['Go and JavaScript', '`', '`,'],
    ['C#', '"""', '""";'],
  ])('goroutines of two of them were taken for one dump: %s', (_, begin, end) => {
    const texts = [GOROUTINE, other].flatMap(([header = '', ...rest], i) => [
      `    text${i} = ${begin}${header}`,
      ...rest,
      end,
    ])
    expect(dumpsOf(text(texts))).toMatchObject([{ goroutines: 1 }, { goroutines: 1 }])
  })
})

it('numbers that a page has linked were no part of a line', () => {
  const linked = (digits: string): string => `[${digits}](https://github.com/a/b/runs/58?check=true#step:4:${digits})`
  const dump = [
    'goroutine 5 [running]:',
    `testing.runTests(0xc0000d${linked('208')}0, {0x85f640, 0x9})`,
    `\tC:/go/src/testing/testing.go:${linked('159')}6 +0x7cb`,
    'main.main()',
    `\t_testmain.go:${linked('61')} +0x22c`,
  ]
  expect(dumpsOf(text(dump))).toMatchObject([{ goroutines: 1, damaged: 0 }])
  const stack = ['testing.runTests C:/go/src/testing/testing.go:1596', 'main.main _testmain.go:61']
  expect(ofType('signature', text(dump))).toMatchObject([{ stack }])
})

it('what Go 1.0 prints for a fatal error gave no reason', () => {
  const dump = ['throw: all goroutines are asleep - deadlock!', '', 'goroutine 1 [chan receive]:', ...STACK]
  expect(dumpsOf(text(dump))).toMatchObject([{ kind: 'fatal', reason: 'all goroutines are asleep - deadlock!' }])
})

describe('a text in one string, whose lines have a prefix each, was not read', () => {
  it.each([
    ['docker compose', 'web-1  | '],
    ['kubectl logs --timestamps', '2026-11-24T07:00:00.123456789Z '],
    ['journalctl', 'Nov 24 07:00:00 host app[43]: '],
    ['a quotation', '> '],
    ['an indented block', '    '],
  ])('%s', (_, prefix) => {
    const lines = ['It crashes:', '```', ...CRASH.map((line) => prefix + line), '```', 'Please help.']
    expectCrash(text([JSON.stringify({ title: 'crash', body: lines.join('\n') })]))
  })

  it('if its stack is unavailable', () => {
    const lines = ['    goroutine 7 [running]:', '    \tgoroutine running on other thread; stack unavailable']
    const creator = ['    created by main.main', '    \t/app/main.go:7 +0x44']
    const bytes = text([JSON.stringify({ body: ['Which is this?', '', ...lines, ...creator].join('\n') })])
    expect(dumpsOf(bytes)).toMatchObject([{ goroutines: 1, damaged: 0 }])
  })

  it('keeps the lines of other containers out of it', () => {
    const lines = CRASH.flatMap((line) => [`web-1  | ${line}`, 'db-1  | checkpoint complete'])
    expectCrash(text([JSON.stringify({ body: lines.join('\n') })]))
  })
})

describe('an indented head', () => {
  it.each(['  ', '    ', '\t'])('hid the dump, whose other lines are not indented: %j', (indent) => {
    const [reason = '', blank = '', header = '', ...frames] = CRASH
    expectCrash(text([indent + reason, blank, indent + header, ...frames]))
  })

  it('hid the reason before a signal', () => {
    const signal = '[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x7]'
    expectCrash(text(['  panic: boom', `  ${signal}`, '', '  goroutine 1 [running]:', ...STACK]))
  })
})
