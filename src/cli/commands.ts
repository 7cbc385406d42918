/**
 * The subcommands. To add one, add a file next to this one that exports `run`, and a row here. Only the first argument can be a command, and a FILE
 * with the name of a command is written `./diff`.
 */
import type { ParsedArgs } from './args.ts'
import { KEEPS, RECORD_FORMATS } from './choices.ts'
import type { Flag } from './flag.ts'
import { COMMON_FLAGS, FLAGS } from './flags.ts'
import { KAFKA_FLAGS } from './kafka-flags.ts'
import type { Terminal } from './terminal.ts'
import { WATCH_FLAGS } from './watch-flags.ts'

export interface CommandModule {
  /** Resolves to the exit code. Throws `DumpstreamError` `DS_USAGE` for exit code 2, any other for 3. */
  run(args: ParsedArgs, terminal: Terminal): Promise<number>
}

export interface Command {
  readonly name: string
  /** What follows the name: `BEFORE [AFTER]`. */
  readonly operands: string
  /** For `--help`: at most 54 columns, no full stop. */
  readonly summary: string
  /** Its own flags; the common ones are added to them. */
  readonly flags: readonly Flag[]
  /** Command lines at the end of its help. */
  readonly examples: readonly string[]
  /** Run by a log pipeline, not typed by a person. */
  readonly isProtocol?: true
  load(): Promise<CommandModule>
}

const DIFF_FLAGS = [
  'format',
  'out',
  'fail-on',
  'save',
  'match',
  'top',
  'min-count',
  'state',
  'baseline',
  'similarity',
  'stacks',
]

const REPORT_FLAGS = [...DIFF_FLAGS, 'bound', 'by', 'memory', 'quiet', 'redact', 'source-url']

const METRIC_FLAG_NAMES = FLAGS.filter(({ group }) => group === 'Metrics').map(({ name }) => name)

/** Flags of the main command that `watch` does not have: it does not pass logs on, has one source, and starts over with each run. */
const UNWATCHED_FLAGS = ['logs', 'follow', 'by', 'state-file', 'completion', 'version']

/** Flags of the main command that `kafka` also has. */
const TOPIC_READER_FLAGS = [
  'format',
  'out',
  'match',
  'top',
  'min-count',
  'state',
  'quiet',
  'redact',
  'similarity',
  'stacks',
  'input',
  'text-key',
  'time-key',
  'stream-key',
  'idle',
  ...METRIC_FLAG_NAMES,
]

const MOUNT_FLAG_NAMES = [
  ...['out', 'match', 'top', 'min-count', 'state', 'similarity', 'stacks', 'idle'],
  ...METRIC_FLAG_NAMES,
]
const MOUNT_FLAGS = FLAGS.filter(({ name }) => MOUNT_FLAG_NAMES.includes(name))
const MAX_LINE: Flag = {
  name: 'max-line',
  value: 'BYTES',
  example: '16000',
  group: 'Output',
  summary: 'longest line to write (4000)',
}

const JOURNAL: Flag = {
  name: 'journal',
  value: 'BASE',
  example: '/var/lib/dumpstream/1',
  group: 'Input',
  summary: 'read what dumpstream.lua of Fluent Bit writes',
}

const CHECK: Flag = {
  name: 'check',
  group: 'Other',
  summary: 'check that nothing is missing',
}

const KEEP_FLAG: Flag = {
  name: 'keep',
  value: 'TEXT',
  choices: KEEPS,
  group: 'Output',
  summary: 'text of dumps that stays in the log',
}

const EVENT_FLAGS: readonly Flag[] = [
  {
    name: 'text-key',
    value: 'FIELD',
    example: 'message',
    group: 'Input',
    summary: 'field of the text (message, log, msg, MESSAGE, text)',
  },
  { name: 'tag-key', value: 'FIELD', example: 'tag', group: 'Input', summary: 'field of the tag (tag)' },
  { name: 'time-key', value: 'FIELD', example: 'time', group: 'Input', summary: 'field of the time (time)' },
  {
    name: 'pad',
    value: 'BYTES',
    example: '8192',
    group: 'Output',
    summary: 'pad the output to blocks (Fluentd: 8192)',
  },
  {
    name: 'to',
    value: 'SHIPPER',
    choices: ['fluent-bit'],
    group: 'Output',
    summary: "write what fluent-bit's in_stdin takes, text too",
  },
]

/** Without the profile formats: `go tool pprof -diff_base` compares profiles. */
function withoutProfiles(flag: Flag): Flag {
  if (flag.name !== 'format') return flag
  return {
    ...flag,
    choices: RECORD_FORMATS,
    summary: 'text (default on a terminal), jsonl (otherwise), none',
  }
}

/** Without `--format`, `report` writes two files. */
const REPORT_SUMMARIES: Readonly<Record<string, string>> = {
  format: 'one format, not markdown and html; see help formats',
  out: 'write FILE.md and FILE.html; with --format, FILE',
}

export const COMMANDS: readonly Command[] = [
  {
    name: 'diff',
    operands: 'BEFORE [AFTER]',
    summary: 'what changed between two dumps',
    flags: FLAGS.filter((flag) => DIFF_FLAGS.includes(flag.name)).map(withoutProfiles),
    examples: [
      'dumpstream diff before.log after.log',
      'dumpstream diff app.log',
      "dumpstream diff 'app.log#2' dumps.jsonl --fail-on leaking",
    ],
    load: () => import('./diff.ts'),
  },
  {
    name: 'report',
    operands: 'FILE...',
    summary: 'write a report of logs, in Markdown and html',
    flags: FLAGS.filter(({ name }) => REPORT_FLAGS.includes(name)).map((flag) => ({
      ...flag,
      summary: REPORT_SUMMARIES[flag.name] ?? flag.summary,
    })),
    examples: [
      'dumpstream report app.log',
      'dumpstream report -o monday node-*.jsonl',
      'dumpstream report --format text --by signature node-*.jsonl',
    ],
    load: () => import('./report.ts'),
  },
  {
    name: 'watch',
    operands: '',
    summary: 'ask a process for dumps, and judge them',
    flags: [
      ...WATCH_FLAGS,
      ...FLAGS.filter(
        ({ name }) => !UNWATCHED_FLAGS.includes(name) && COMMON_FLAGS.every((flag) => flag.name !== name),
      ),
    ],
    examples: [
      'dumpstream watch --pid 43 --signal USR2 --every 2h --count 2',
      "dumpstream watch --url 'http://localhost:6060/debug/pprof/goroutine?debug=2'",
      "dumpstream watch --exec 'kubectl exec svc-0 -- curl -s localhost:6060/dump'",
    ],
    load: () => import('./watch.ts'),
  },
  {
    name: 'kafka',
    operands: '',
    summary: 'read topics, as a member of a consumer group',
    flags: [...KAFKA_FLAGS, ...FLAGS.filter((flag) => TOPIC_READER_FLAGS.includes(flag.name)).map(withoutProfiles)],
    examples: [
      'dumpstream kafka --brokers kafka:9092 --topic logs',
      'dumpstream kafka --brokers kafka:9092 --topic logs --state-topic states',
      'dumpstream kafka --brokers kafka:9092 --topic logs --from earliest',
    ],
    load: () => import('./kafka.ts'),
  },
  {
    name: 'anonymize',
    operands: '[FILE]',
    summary: 'take the names out of a log',
    flags: [],
    examples: ['dumpstream anonymize app.log > shareable.log'],
    load: () => import('./anonymize.ts'),
  },
  {
    name: 'mcp',
    operands: '',
    summary: "answer an agent's questions about logs",
    flags: [],
    examples: ['dumpstream mcp'],
    load: () => import('./mcp.ts'),
  },
  {
    name: 'bridge',
    operands: '',
    summary: "Fluent Bit's Lua filter asks, line by line",
    flags: [...MOUNT_FLAGS, MAX_LINE, JOURNAL],
    examples: ['dumpstream bridge', 'dumpstream bridge --otlp --out dumps.jsonl'],
    isProtocol: true,
    load: () => import('./bridge.ts'),
  },
  {
    name: 'fluent-bit',
    operands: '[RECORDS]',
    summary: 'check that dumpstream.lua has what it needs',
    flags: [CHECK],
    examples: ['dumpstream fluent-bit --check', 'dumpstream fluent-bit --check records.jsonl'],
    isProtocol: true,
    load: () => import('./fluent-bit.ts'),
  },
  {
    name: 'exec-filter',
    operands: '',
    summary: "Fluentd's exec_filter: events in and out",
    flags: [...MOUNT_FLAGS, KEEP_FLAG, ...EVENT_FLAGS],
    examples: ['dumpstream exec-filter --pad 8192', 'dumpstream exec-filter --text-key log --out dumps.jsonl'],
    isProtocol: true,
    load: () => import('./exec-filter.ts'),
  },
  {
    name: 'mmexternal',
    operands: '',
    summary: "rsyslog's mmexternal asks about messages",
    flags: [...MOUNT_FLAGS, KEEP_FLAG],
    examples: ['dumpstream mmexternal', 'dumpstream mmexternal --out /var/log/dumps.jsonl'],
    isProtocol: true,
    load: () => import('./mmexternal.ts'),
  },
]

export function flagsOf(command: Command): readonly Flag[] {
  return [...command.flags, ...COMMON_FLAGS]
}
