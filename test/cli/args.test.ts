import { describe, expect, it } from 'vitest'
import { parseCommandLine } from '../../src/cli/args.ts'
import { type Flag, flagsMarkdown, GROUPS, spelling } from '../../src/cli/flag.ts'
import { FLAGS } from '../../src/cli/flags.ts'
import { readOptions } from '../../src/cli/options.ts'
import { compilePattern } from '../../src/cli/pattern.ts'
import { openTerminal, wantsColor } from '../../src/cli/terminal.ts'

const NO_TERMINAL = { ...openTerminal(0, 1, 2, {}), stdoutIsTerminal: false }
const TERMINAL = { ...NO_TERMINAL, stdoutIsTerminal: true }

function options(argv: readonly string[], terminal = NO_TERMINAL) {
  return readOptions(parseCommandLine(argv, FLAGS), terminal, compilePattern)
}

/** What each flag is when it is given; a flag without a row here fails the test below. */
const MEANS: Readonly<Record<string, readonly [value: string | undefined, meaning: object]>> = {
  format: ['text', { format: 'text', stacks: 'never' }],
  logs: ['pass', { passLogs: true }],
  out: ['x.jsonl', { out: 'x.jsonl', format: 'jsonl' }],
  emit: ['goroutines', { engine: { goroutines: true, stacks: 'first', idle: 1000 } }],
  color: ['always', { color: true }],
  redact: ['off', { redact: 'off' }],
  by: ['label:tenant', { by: { by: 'label', label: 'tenant' } }],
  quiet: [undefined, { quiet: true }],
  bound: ['goroutines=1e6', { engine: { bound: { goroutines: 1e6 } } }],
  'fail-on': ['leaking', { failOn: [{ text: 'leaking' }] }],
  match: ['cron/', { narrowing: { match: /cron\// }, engine: { stacks: 'always', goroutines: false, idle: 1000 } }],
  top: ['3', { narrowing: { top: 3 } }],
  'min-count': ['5', { narrowing: { minCount: 5 } }],
  state: ['chan receive', { narrowing: { states: ['chan receive'] } }],
  similarity: ['lines', { engine: { similarity: 'lines', stacks: 'first', goroutines: false, idle: 1000 } }],
  stacks: ['always', { stacks: 'always', engine: { stacks: 'always', goroutines: false, idle: 1000 } }],
  baseline: ['known.jsonl', { baseline: 'known.jsonl', engine: { stacks: 'always' } }],
  save: ['known.jsonl', { save: 'known.jsonl' }],
  from: ['end', { from: 'end' }],
  'state-file': ['state', { state: 'state' }],
  steal: [undefined, { steal: true }],
  follow: [undefined, { follow: true }],
  input: ['cri', { engine: { input: 'cri' } }],
  'text-key': ['payload.text', { engine: { textKey: 'payload.text' } }],
  'time-key': ['payload.at', { engine: { timeKey: 'payload.at' } }],
  'stream-key': ['meta.ns,meta.pod', { engine: { streamKeys: ['meta.ns', 'meta.pod'] } }],
  idle: ['250ms', { idle: 250, engine: { idle: 250, stacks: 'first', goroutines: false } }],
  memory: ['256M', { engine: { limits: { memoryBytes: 256 << 20 }, idle: 1000, stacks: 'first', goroutines: false } }],
  otlp: ['http://127.0.0.1:4318', { telemetry: { otlp: 'http://127.0.0.1:4318' } }],
  'otlp-protocol': ['http/json', { telemetry: { protocol: 'http/json' } }],
  'otlp-timeout': ['500ms', { telemetry: { timeout: 500 } }],
  'otlp-logs': [undefined, { telemetry: { logs: true }, engine: { stacks: 'always' } }],
  prometheus: ['0.0.0.0:9464', { telemetry: { prometheus: '0.0.0.0:9464' } }],
  metrics: ['console', { telemetry: { console: true } }],
  'metric-signatures': ['20', { telemetry: { signatures: 20 } }],
  completion: ['bash', {}],
  help: [undefined, {}],
  serve: ['0.0.0.0:8080', { serve: { host: '0.0.0.0', port: 8080 } }],
  'source-url': [
    'https://example.com/blob/main/{path}#L{line}',
    { sourceUrl: 'https://example.com/blob/main/{path}#L{line}' },
  ],
  version: [undefined, {}],
}

function spellings({ name, short, value }: Flag, given: string | undefined): string[][] {
  if (value === undefined || given === undefined) return [[`--${name}`], ...(short ? [[`-${short}`]] : [])]
  return [[`--${name}`, given], [`--${name}=${given}`], ...(short ? [[`-${short}`, given], [`-${short}${given}`]] : [])]
}

describe('every flag', () => {
  for (const flag of FLAGS) {
    it(`--${flag.name} means the same in all its spellings`, () => {
      const means = MEANS[flag.name]
      expect(means).toBeDefined()
      const [given, meaning] = means ?? [undefined, {}]
      for (const argv of spellings(flag, given)) {
        const parsed = parseCommandLine([...argv, 'app.log'], FLAGS)
        expect(parsed.operands).toEqual(['app.log'])
        expect(parsed.flags).toEqual(new Map([[flag.name, given === undefined ? [] : [given]]]))
        expect(options([...argv, 'app.log'])).toMatchObject(meaning)
      }
    })
  }

  it('has a summary that fits the help, a group, and an example of its value', () => {
    for (const flag of FLAGS) {
      expect(GROUPS).toContain(flag.group)
      expect(flag.summary.length, flag.name).toBeLessThanOrEqual(54)
      expect(flag.summary).not.toMatch(/\.$/)
      if (flag.value !== undefined) expect(flag.choices ?? flag.example, flag.name).toBeDefined()
    }
    const names = FLAGS.flatMap((flag) => [flag.name, ...(flag.short ? [flag.short] : [])])
    expect(new Set(names).size).toBe(names.length)
  })

  it('is in the table for the README', () => {
    const table = flagsMarkdown(FLAGS)
    for (const flag of FLAGS) expect(table).toContain(`| \`${spelling(flag).trim()}\` | ${flag.summary}`)
    expect(table.trimEnd().split('\n')).toHaveLength(FLAGS.length + 2)
    for (const row of table.trimEnd().split('\n')) expect(row.replaceAll('\\|', '').match(/\|/g)).toHaveLength(3)
  })
})

describe('a bound', () => {
  it.each([
    ['goroutines=50000', { goroutines: 50_000 }],
    ['memory=2GiB', { memory: 2 ** 31 }],
    ['memory=512Mi,goroutines=1e5', { memory: 2 ** 29, goroutines: 1e5 }],
  ])('is %s', (text, bound) => {
    expect(options(['--bound', text, 'app.log']).engine.bound).toEqual(bound)
  })

  it.each(['1e6', 'goroutines=0', 'goroutines=5GiB', 'memory=lots', 'threads=5'])('is not %s', (text) => {
    expect(() => options(['--bound', text, 'app.log'])).toThrow(
      `--bound takes goroutines=1e6 or memory=2GiB, not "${text}"`,
    )
  })
})

describe('a mistake is one line that says what to write', () => {
  it.each([
    [['--formt', 'text'], 'unknown flag --formt; did you mean --format?'],
    [['--formattext'], 'unknown flag --formattext; did you mean --format?'],
    [['--colour=never'], 'unknown flag --colour; did you mean --color?'],
    [['--min'], 'unknown flag --min; did you mean --min-count?'],
    [['--zzzz'], 'unknown flag --zzzz; dumpstream --help lists the flags'],
    [['-F', 'x'], 'unknown flag -F; did you mean -f (--follow)?'],
    [['-x'], 'unknown flag -x; dumpstream --help lists the flags'],
    [['-match', 'x'], 'write --match with two dashes, not -match'],
    [
      ['--format', 'jsn'],
      '--format takes text, jsonl, none, html, markdown, github, junit, sarif, pprof, folded or speedscope, not "jsn"; did you mean jsonl?',
    ],
    [
      ['--format', 'xml'],
      '--format takes text, jsonl, none, html, markdown, github, junit, sarif, pprof, folded or speedscope, not "xml"; did you mean html?',
    ],
    [['--emit', 'frames'], '--emit takes goroutines, not "frames"'],
    [
      ['--format'],
      '--format needs a value: text, jsonl, none, html, markdown, github, junit, sarif, pprof, folded or speedscope',
    ],
    [
      ['--format='],
      '--format needs a value: text, jsonl, none, html, markdown, github, junit, sarif, pprof, folded or speedscope',
    ],
    [['--state'], "--state needs a value, such as --state 'chan receive'"],
    [['-o', '--logs', 'pass'], '-o needs a value, such as --out dumps.jsonl; write --out=--logs if --logs is meant'],
    [['--follow=3'], '--follow takes no value; write it alone'],
    [['--top', '1', '--top', '2'], '--top is given twice; keep one of them'],
    [['--top', '-1'], '--top takes a whole number such as 20, not "-1"'],
    [['--min-count', '1.5'], '--min-count takes a whole number such as 20, not "1.5"'],
    [['--idle', 'soon'], '--idle takes a duration such as 500ms, 2s or 1m, not "soon"'],
    [['--idle', '0'], '--idle takes a duration such as 500ms, 2s or 1m, not "0"'],
    [
      ['--match', '(*Cron)'],
      '--match takes a regular expression in Go syntax (RE2), not "(*Cron)" (missing argument to repetition operator: `*`); put \\ before a literal ( ) [ ] * + ? or .',
    ],
    [
      ['--match', '(?!main)'],
      '--match takes a regular expression in Go syntax (RE2), not "(?!main)" (invalid or unsupported Perl syntax: `(?!`); put \\ before a literal ( ) [ ] * + ? or .',
    ],
  ])('%j', (argv, message) => {
    expect(() => options(argv)).toThrow(expect.objectContaining({ code: 'DS_USAGE', message }))
  })
})

describe('what is meant', () => {
  it('without flags: text on a terminal, JSON lines elsewhere, stdin without a FILE', () => {
    expect(options([], TERMINAL)).toMatchObject({
      files: ['-'],
      format: 'text',
      narrowing: {},
      stacks: 'never',
      color: true,
      passLogs: false,
      follow: false,
    })
    expect(options(['a', 'b'])).toMatchObject({ files: ['a', 'b'], format: 'jsonl', narrowing: {}, color: false })
    expect(options(['--format', 'text'])).toMatchObject({ format: 'text', narrowing: {} })
  })

  it('--out is a file and no terminal, and - is stdout', () => {
    expect(options(['--out', 'x'], TERMINAL)).toMatchObject({ format: 'jsonl', narrowing: {}, out: 'x', color: false })
    expect(options(['--out', '-'], TERMINAL)).toMatchObject({ format: 'text', out: undefined })
  })

  it('--state may be repeated, and what follows -- is a FILE', () => {
    const read = options(['-s', 'select', '--state=IO wait', '--', '-f', '--help'])
    expect(read).toMatchObject({ narrowing: { states: ['select', 'IO wait'] }, files: ['-f', '--help'], follow: false })
  })

  it('the engine gives every stack when rows are left out, so that the first printed has its own', () => {
    expect(options(['--min-count', '2']).engine.stacks).toBe('always')
    expect(options(['--min-count', '2', '--stacks', 'never']).engine.stacks).toBe('never')
    expect(options(['--match', 'x', '--stacks', 'never']).engine.stacks).toBe('always')
  })

  it.each([
    ['500ms', 500],
    ['2', 2000],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
  ])('--idle %s is %i milliseconds', (text, milliseconds) => {
    expect(options(['--idle', text]).idle).toBe(milliseconds)
  })
})

describe('colour', () => {
  it.each([
    ['auto', true, {}, true],
    ['auto', false, {}, false],
    ['auto', true, { NO_COLOR: '1' }, false],
    ['auto', true, { NO_COLOR: '' }, true],
    ['auto', true, { TERM: 'dumb' }, false],
    ['auto', false, { FORCE_COLOR: '1' }, true],
    ['auto', false, { FORCE_COLOR: '' }, true],
    ['auto', true, { FORCE_COLOR: '0' }, false],
    ['auto', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    ['always', false, { NO_COLOR: '1' }, true],
    ['never', true, { FORCE_COLOR: '1' }, false],
  ] as const)('--color %s, terminal %s, %j: %s', (choice, isTerminal, env, wanted) => {
    expect(wantsColor(choice, isTerminal, env)).toBe(wanted)
  })
})
