/** Flags for how the input is read. */
import { INPUTS, STARTS } from './choices.ts'
import type { Flag } from './flag.ts'

const group = 'Input'

export const INPUT_FLAGS: readonly Flag[] = [
  {
    name: 'follow',
    short: 'f',
    group,
    essential: true,
    summary: 'keep reading as FILE grows, is rotated or truncated',
    details:
      "Starts at the beginning of the file, which need not exist yet. A quoted pattern ('/var/log/pods/*/*/*.log') also finds files that are created later. Ctrl-C or SIGTERM ends it, after an open dump is finished.",
  },
  {
    name: 'from',
    value: 'WHERE',
    choices: STARTS,
    group,
    summary: '--follow from the start (default) or end of the file',
    details: 'Applies to files that exist at the beginning; rotated-in files are always read from their start.',
  },
  {
    name: 'state-file',
    value: 'FILE',
    example: 'dumpstream.state',
    file: true,
    group,
    summary: 'with --follow: resume after a restart',
    details:
      'FILE records how far each file has been read, and the history of its dumps, so that a leak is still recognised after a restart. It is written after each dump, once a second, and at the end. After a kill, dumps since the last write are reported again, with the same numbers. A dump that is open at the end is left to the next run.',
  },
  {
    name: 'steal',
    group,
    summary: 'read /proc/PID/fd/1 even if it is a pipe',
    details: 'What dumpstream reads from a pipe never reaches its real reader.',
  },
  {
    name: 'input',
    value: 'CARRIER',
    choices: INPUTS,
    group,
    essential: true,
    summary: 'auto (default), plain, cri, docker, json, journald, …',
    details:
      'What the log lines are wrapped in. `auto` decides by the line with the first goroutine header; `plain` is no wrapping; `json` is any JSON lines; `journald` is `journalctl -o json` and its short formats; `otlp` is OTLP logs as JSON.',
  },
  {
    name: 'text-key',
    value: 'FIELD',
    example: 'payload.text',
    group,
    summary: 'JSON lines: field with the text',
    details: 'A dotted path, for JSON with unknown field names.',
  },
  {
    name: 'time-key',
    value: 'FIELD',
    example: 'payload.at',
    group,
    summary: 'JSON lines: field with the time',
  },
  {
    name: 'stream-key',
    value: 'FIELD',
    example: 'meta.pod',
    repeatable: true,
    group,
    summary: 'JSON lines: fields that name the stream',
    details: 'Separate several with commas, or repeat the flag.',
  },
  {
    name: 'idle',
    value: 'DURATION',
    example: '1s',
    group,
    summary: 'silence that ends a dump on a live input (1s)',
    details: 'For `--follow` and pipes, such as `500ms`, `2s` or `1m`.',
  },
  {
    name: 'memory',
    value: 'SIZE',
    example: '256M',
    group,
    summary: 'memory for what is open in an input (512M)',
    details:
      'Shared by all files, pods and streams in one input; histories may use half as much in addition, and Node itself takes about 100 MB. When it is not enough, the dump that has not grown for the longest time ends early, as `truncated` and with `memoryBytes` in `limits`. A container needs about twice this size. At least `1M`.',
  },
]
