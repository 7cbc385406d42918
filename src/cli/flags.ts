/**
 * The one table of flags. `--help`, the completions, the table in the README, the parser and a test are all made from it.
 * To add a flag: a row here, and its meaning in options.ts.
 */
import { PROTOCOLS } from '../sinks/otel/flags.ts'
import { COLORS, FORMATS, INPUTS, REDACTIONS, SHELLS, SIMILARITIES, STACKS, STARTS } from './choices.ts'
import type { Flag } from './flag.ts'

export const FLAGS: readonly Flag[] = [
  {
    name: 'format',
    value: 'FORMAT',
    choices: FORMATS,
    group: 'Output',
    essential: true,
    summary: 'text (on terminals), jsonl (else); see help formats',
    details:
      '`text` is a table a dump, `jsonl` one JSON object a line (schema/record.v1.json), `none` no records at all. `html` is a report of the whole run in one file, to look at and to hand over. `pprof` is a profile for `go tool pprof`, `folded` stacks for a flame graph: of the last dump of each source, at the end.',
  },
  {
    name: 'logs',
    value: 'WHAT',
    choices: ['drop', 'pass'],
    group: 'Output',
    essential: true,
    summary: 'ordinary log lines: drop (default) or pass through',
    details:
      'With `pass` every byte that is not dump comes out as it came in, and each dump is replaced by its records.',
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
    summary: 'html: where the service’s files are, {path}, {line}',
    details:
      '`{path}` is the path within the service’s module. Files of modules with a version are linked to their tag without it.',
  },
  {
    name: 'emit',
    value: 'RECORDS',
    choices: ['goroutines'],
    group: 'Output',
    summary: 'also a record for each goroutine, as it completes',
  },
  {
    name: 'fail-on',
    value: 'WHEN',
    example: 'leaking',
    repeatable: true,
    group: 'Output',
    essential: true,
    summary: "exit code 1 when leaking, growing, 'count>99', …",
    details:
      'Of the last dump of each source that shows its process: `leaking`, `growing`, `stuck`, `new`, `count>N`, `delta>N` (of any signature), `goroutines>N`. Of any dump: `panic`, `fatal`, `race`, `timeout`, `damaged`, `truncated`. Several with commas, or by giving the flag again.',
  },
  {
    name: 'redact',
    value: 'WHEN',
    choices: REDACTIONS,
    group: 'Output',
    essential: true,
    summary: 'mask secrets: auto (default), on, off',
    details:
      '`auto` masks in what leaves the machine or is handed over: metrics, OTLP logs, and every format but `text`, `jsonl` and the profiles. Masked are credentials in URLs, tokens, keys of the usual forms, e-mail addresses, long hex and base64, in panic values, labels, attributes and names of sources. Ids and stacks stay as they are.',
  },
  {
    name: 'color',
    value: 'WHEN',
    choices: COLORS,
    group: 'Output',
    summary: 'auto (default), always, never',
    details: '`auto` colours a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`; `FORCE_COLOR` colours anything.',
  },
  {
    name: 'match',
    short: 'm',
    value: 'REGEX',
    example: 'cron/hashtag',
    group: 'Narrow what is printed',
    essential: true,
    summary: 'signatures that have REGEX anywhere in their stack',
    details:
      'A regular expression as Go has it (RE2: no look-around, no references), tried on every frame (`function file:line`) and on the creator. The table then ends with the goroutines that match. Goroutine records are not narrowed by it.',
  },
  {
    name: 'top',
    short: 'n',
    value: 'N',
    example: '10',
    group: 'Narrow what is printed',
    essential: true,
    summary: 'the N largest of each dump (20 on a terminal, 0: all)',
  },
  {
    name: 'min-count',
    value: 'N',
    example: '10',
    group: 'Narrow what is printed',
    summary: 'signatures of at least N goroutines',
  },
  {
    name: 'state',
    short: 's',
    value: 'STATE',
    example: "'chan receive'",
    repeatable: true,
    group: 'Narrow what is printed',
    essential: true,
    summary: "signatures in a state: 'chan receive', 'IO wait'",
    details:
      'May be given again for more states. The first words of a state are enough, in any case: `chan` is both directions.',
  },
  {
    name: 'baseline',
    value: 'FILE',
    example: 'known.jsonl',
    file: true,
    group: 'Narrow what is printed',
    summary: 'only signatures with more goroutines than in FILE',
    details:
      'FILE was written by `--save`, or holds any records. A signature is left out, also for `--fail-on`, unless its count is above the highest that FILE has for its id, whatever the source. Use the same `--similarity`.',
  },
  {
    name: 'save',
    value: 'FILE',
    example: 'known.jsonl',
    file: true,
    group: 'Output',
    summary: 'write the signatures of this run to FILE at its end',
    details:
      'For `--baseline`: a record for each signature, of the dump in which it had most goroutines. FILE is replaced at once and as a whole.',
  },
  {
    name: 'similarity',
    value: 'LEVEL',
    choices: SIMILARITIES,
    group: 'Signatures',
    summary: 'origin, functions (default), lines, exact',
    details:
      'What makes two goroutines the same: the `go` statement, the chain of functions, also the lines, also the state.',
  },
  {
    name: 'stacks',
    value: 'WHEN',
    choices: STACKS,
    group: 'Signatures',
    essential: true,
    summary: 'write stacks: first time seen, always, never',
    details: 'Default `first` in `jsonl`, `never` in `text`.',
  },
  {
    name: 'follow',
    short: 'f',
    group: 'Input',
    essential: true,
    summary: 'read on as FILE grows, over rotation and truncation',
    details:
      "From the start of the file, which may not exist yet. A quoted pattern ('/var/log/pods/*/*/*.log') also finds the files that come later. Ends with Ctrl-C or SIGTERM; what is open is finished.",
  },
  {
    name: 'from',
    value: 'WHERE',
    choices: STARTS,
    group: 'Input',
    summary: 'a followed file from its start (default) or its end',
    details: 'The file that is there at first; what comes by rotation is read from its start.',
  },
  {
    name: 'steal',
    group: 'Input',
    summary: 'read /proc/PID/fd/1 also when it is a pipe',
    details: 'What is read then never reaches the reader that the pipe is for.',
  },
  {
    name: 'input',
    value: 'CARRIER',
    choices: INPUTS,
    group: 'Input',
    essential: true,
    summary: 'auto (default), plain, cri, docker, json, journald, …',
    details:
      'What carries the log: `auto` is told by the line that holds the first header; `plain` is nothing. `json` are lines of any JSON, `journald` those of `journalctl -o json` and its short forms, `otlp` OTLP logs as JSON.',
  },
  {
    name: 'text-key',
    value: 'FIELD',
    example: 'payload.text',
    group: 'Input',
    summary: 'field of JSON lines that holds the text',
    details: 'A dotted path, for JSON with names of its own.',
  },
  {
    name: 'time-key',
    value: 'FIELD',
    example: 'payload.at',
    group: 'Input',
    summary: 'field of JSON lines that holds the time',
  },
  {
    name: 'stream-key',
    value: 'FIELD',
    example: 'meta.pod',
    repeatable: true,
    group: 'Input',
    summary: 'fields of JSON lines that name their stream',
    details: 'Several with commas, or by giving the flag again.',
  },
  {
    name: 'idle',
    value: 'DURATION',
    example: '1s',
    group: 'Input',
    summary: 'silence that ends a dump when following (1s)',
    details: 'Also on a pipe. `500ms`, `2s`, `1m`.',
  },
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
      'Soon after each dump, every minute, and at the end. The `OTEL_*` variables are understood, and `OTEL_METRICS_EXPORTER` (otlp, prometheus, console) asks for metrics as the flags do.',
  },
  {
    name: 'otlp-protocol',
    value: 'PROTOCOL',
    choices: PROTOCOLS,
    group: 'Metrics',
    summary: 'http/protobuf, http/json, grpc',
    details: '`http/protobuf` unless told. `grpc` needs a package that is named when it is missing.',
  },
  {
    name: 'otlp-timeout',
    value: 'DURATION',
    example: '3s',
    group: 'Metrics',
    summary: 'ends an export, and the last one of a run (3s)',
  },
  {
    name: 'otlp-logs',
    group: 'Metrics',
    summary: 'also send dumps and leaks as log records',
    details:
      'A record for each dump, and one with its stack for each signature that leaks. By OTLP/HTTP, also without `--otlp`.',
  },
  {
    name: 'serve',
    value: '[HOST:]PORT',
    example: '8080',
    group: 'Output',
    essential: true,
    summary: 'serve the report at http://127.0.0.1:PORT/, live',
    details:
      'The page of `--format html`, which follows the run, and stays after its end until Ctrl-C or SIGTERM. HOST is 127.0.0.1 unless told. With the same address as `--prometheus` it is one server.',
  },
  {
    name: 'prometheus',
    value: '[HOST:]PORT',
    example: '9464',
    group: 'Metrics',
    essential: true,
    summary: 'serve http://127.0.0.1:PORT/metrics',
    details: 'While the run lasts. HOST is 127.0.0.1 unless told.',
  },
  {
    name: 'metrics',
    value: 'WHERE',
    choices: ['console'],
    group: 'Metrics',
    summary: 'console: print what would be sent on stderr',
  },
  {
    name: 'metric-signatures',
    value: 'N',
    example: '100',
    group: 'Metrics',
    summary: 'series for the N largest of each dump (100)',
    details: 'Those that leak come first. The rest is summed up in one series, `other`.',
  },
  {
    name: 'completion',
    value: 'SHELL',
    choices: SHELLS,
    group: 'Other',
    summary: 'print the completion script of bash, zsh or fish',
  },
  { name: 'help', short: 'h', group: 'Other', summary: 'print help; dumpstream help TOPIC has the rest' },
  { name: 'version', short: 'V', group: 'Other', summary: 'print the version' },
]

/** Understood by every command. */
export const COMMON_FLAGS: readonly Flag[] = FLAGS.filter(({ name }) => name === 'color' || name === 'help')
