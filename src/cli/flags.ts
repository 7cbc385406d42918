/**
 * The table of flags, from which `--help`, the completions, the table in the README, the parser and a test are derived. To add a flag, add a row
 * here,
 * and its meaning in options.ts.
 */
import { PROTOCOLS } from '../sinks/otel/flags.ts'
import { COLORS, FORMATS, REDACTIONS, SHELLS, SIMILARITIES, STACKS } from './choices.ts'
import type { Flag } from './flag.ts'
import { INPUT_FLAGS } from './input-flags.ts'

export const FLAGS: readonly Flag[] = [
  {
    name: 'format',
    value: 'FORMAT',
    choices: FORMATS,
    group: 'Output',
    essential: true,
    summary: 'text (on a terminal) or jsonl; see help formats',
    details:
      '`text` has the findings first and a table of signatures below. `jsonl` has one JSON object per line (schema/record.v1.json). `none` writes no records. These are written at the end of the run: `html`, a report in one file; `markdown`, for a ticket; `github`, annotations and the job summary of GitHub Actions; `junit` and `sarif`, for CI servers and code scanning; and, from the last dump of each source, `pprof` for `go tool pprof`, `folded` for a flame graph, and `speedscope`.',
  },
  {
    name: 'logs',
    value: 'WHAT',
    choices: ['drop', 'pass'],
    group: 'Output',
    essential: true,
    summary: 'ordinary log lines: drop (default) or pass through',
    details:
      'With `pass`, every byte that is not part of a dump is passed through unchanged, and each dump is replaced by its records.',
  },
  {
    name: 'out',
    short: 'o',
    value: 'FILE',
    example: 'dumps.jsonl',
    file: true,
    group: 'Output',
    essential: true,
    summary: 'write the records to FILE instead of stdout',
    details: 'FILE is overwritten. The format is `jsonl` unless `--format` says otherwise.',
  },
  {
    name: 'source-url',
    value: 'URL',
    example: 'https://github.com/acme/shop/blob/main/{path}#L{line}',
    group: 'Output',
    summary: 'html: link to source files, with {path} and {line}',
    details:
      '`{path}` is the path within the service’s module. Files of versioned modules are linked to their tag even without this flag.',
  },
  {
    name: 'by',
    value: 'WHAT',
    example: 'signature',
    group: 'Output',
    essential: true,
    summary: 'compare sources: signature, label:KEY, or source',
    details:
      'Shows what several sources (pods, files, units) have in common. `signature`: one row per signature, with the number of sources that have it and the worst of them. `label:KEY`: one row per value of a pprof label. `source`: each source separately. Applies to `text` and `markdown`, and gives `fleet` records in `jsonl`. Files with several sources are compared by signature by default.',
  },
  {
    name: 'quiet',
    short: 'q',
    group: 'Output',
    summary: 'text: findings only, one line each',
    details: 'Prints nothing for a dump without findings.',
  },
  {
    name: 'emit',
    value: 'RECORDS',
    choices: ['goroutines'],
    group: 'Output',
    summary: 'also a record for each goroutine, as it is parsed',
  },
  {
    name: 'fail-on',
    value: 'WHEN',
    example: 'leaking',
    repeatable: true,
    group: 'Output',
    essential: true,
    summary: "exit with 1 on leaking, growing, 'count>99', …",
    details:
      'Tested on the last dump of each source that shows the whole process: `leaking`, `growing`, `stuck`, `new`, `count>N`, `delta>N` (of any signature), `goroutines>N`. Tested on every dump: `panic`, `fatal`, `race`, `timeout`, `damaged`, `truncated`. Separate several with commas, or repeat the flag.',
  },
  {
    name: 'bound',
    value: 'WHAT=N',
    example: 'goroutines=1e6',
    repeatable: true,
    group: 'Output',
    summary: 'leaks say when they reach goroutines=1e6, memory=2GiB',
    details:
      'At the rate of the dumps so far, by the times in the log; not for a leak that was watched for less than a minute. Memory is counted as 2 KiB per goroutine, the smallest stack, so the bound is reached no later than that.',
  },
  {
    name: 'redact',
    value: 'WHEN',
    choices: REDACTIONS,
    group: 'Output',
    essential: true,
    summary: 'mask secrets: auto (default), on, off',
    details:
      '`auto` masks whatever leaves the machine or is handed over: metrics, OTLP logs, and every format except `text`, `jsonl` and the profiles. It masks credentials in URLs, tokens, well-known key formats, e-mail addresses, and long hex and base64 strings in panic values, labels, attributes and source names. Ids and stacks are unchanged.',
  },
  {
    name: 'color',
    value: 'WHEN',
    choices: COLORS,
    group: 'Output',
    summary: 'auto (default), always, never',
    details:
      '`auto` uses colours on a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`. `FORCE_COLOR` turns them on everywhere.',
  },
  {
    name: 'match',
    short: 'm',
    value: 'REGEX',
    example: 'cron/hashtag',
    group: 'Narrow what is printed',
    essential: true,
    summary: 'only signatures with REGEX anywhere in the stack',
    details:
      'A regular expression in Go syntax (RE2: no look-around, no back-references), matched against every frame (`function file:line`) and the creator. The table then ends with the number of matching goroutines. Goroutine records are not filtered.',
  },
  {
    name: 'top',
    short: 'n',
    value: 'N',
    example: '10',
    group: 'Narrow what is printed',
    essential: true,
    summary: 'only the N largest of each dump (text: 20; 0: all)',
  },
  {
    name: 'min-count',
    value: 'N',
    example: '10',
    group: 'Narrow what is printed',
    summary: 'only signatures with at least N goroutines',
  },
  {
    name: 'state',
    short: 's',
    value: 'STATE',
    example: "'chan receive'",
    repeatable: true,
    group: 'Narrow what is printed',
    essential: true,
    summary: "only signatures in a state, such as 'chan receive'",
    details:
      'Repeat it for more states. The first words of a state are enough, and case does not matter: `chan` matches both directions.',
  },
  {
    name: 'baseline',
    value: 'FILE',
    example: 'known.jsonl',
    file: true,
    group: 'Narrow what is printed',
    summary: 'only signatures with more goroutines than in FILE',
    details:
      'FILE was written by `--save`, or contains any other records. A signature is left out, also for `--fail-on`, unless its count exceeds the highest count that FILE has for its id, in any source. Use the same `--similarity`.',
  },
  {
    name: 'save',
    value: 'FILE',
    example: 'known.jsonl',
    file: true,
    group: 'Output',
    summary: 'write the signatures of this run to FILE at the end',
    details:
      'For `--baseline`: one record per signature, from the dump in which it had the most goroutines. FILE is replaced atomically.',
  },
  {
    name: 'similarity',
    value: 'LEVEL',
    choices: SIMILARITIES,
    group: 'Signatures',
    summary: 'origin, functions (default), lines, exact',
    details:
      'What two goroutines must share to have one signature: `origin`, the `go` statement; `functions`, the chain of functions; `lines`, the line numbers as well; `exact`, the state as well.',
  },
  {
    name: 'stacks',
    value: 'WHEN',
    choices: STACKS,
    group: 'Signatures',
    essential: true,
    summary: 'write stacks: first (time seen), always, never',
    details: 'The default is `first` for `jsonl` and `never` for `text`.',
  },
  ...INPUT_FLAGS,
  {
    name: 'otlp',
    value: 'URL',
    valueOptional: true,
    valueLike: /^https?:\/\//,
    example: 'http://localhost:4318',
    group: 'Metrics',
    essential: true,
    summary: 'send metrics by OTLP (http://localhost:4318)',
    details:
      'Sends soon after each dump, every minute, and at the end. The `OTEL_*` variables apply; `OTEL_METRICS_EXPORTER` (otlp, prometheus, console) turns metrics on as the flags do.',
  },
  {
    name: 'otlp-protocol',
    value: 'PROTOCOL',
    choices: PROTOCOLS,
    group: 'Metrics',
    summary: 'http/protobuf, http/json, grpc',
    details: 'The default is `http/protobuf`. `grpc` needs another package; if it is missing, the message names it.',
  },
  {
    name: 'otlp-timeout',
    value: 'DURATION',
    example: '3s',
    group: 'Metrics',
    summary: 'time limit of an export (3s)',
  },
  {
    name: 'otlp-logs',
    group: 'Metrics',
    summary: 'also send dumps and leaks as log records',
    details:
      'One record per dump, and one with the stack per leaking signature. Over OTLP/HTTP; `--otlp` is not needed.',
  },
  {
    name: 'serve',
    value: '[HOST:]PORT',
    example: '8080',
    group: 'Output',
    essential: true,
    summary: 'serve the report at http://127.0.0.1:PORT/, live',
    details:
      'The page of `--format html`, updated as dumps arrive. It stays up after the end of the input, until Ctrl-C or SIGTERM. HOST defaults to 127.0.0.1. With the same address as `--prometheus`, one server serves both.',
  },
  {
    name: 'prometheus',
    value: '[HOST:]PORT',
    example: '9464',
    group: 'Metrics',
    essential: true,
    summary: 'serve http://127.0.0.1:PORT/metrics',
    details: 'For as long as the run lasts. HOST defaults to 127.0.0.1.',
  },
  {
    name: 'metrics',
    value: 'WHERE',
    choices: ['console'],
    group: 'Metrics',
    summary: 'console: print the metrics to stderr',
  },
  {
    name: 'metric-signatures',
    value: 'N',
    example: '100',
    group: 'Metrics',
    summary: 'one series for each of the N largest (100)',
    details: 'Leaking signatures come first. The rest is summed up in one series, `other`.',
  },
  {
    name: 'completion',
    value: 'SHELL',
    choices: SHELLS,
    group: 'Other',
    summary: 'print the completion script of bash, zsh or fish',
  },
  { name: 'help', short: 'h', group: 'Other', summary: 'print help; see also: dumpstream help TOPIC' },
  { name: 'version', short: 'V', group: 'Other', summary: 'print the version' },
]

/** The flags that every command has. */
export const COMMON_FLAGS: readonly Flag[] = FLAGS.filter(({ name }) => name === 'color' || name === 'help')
