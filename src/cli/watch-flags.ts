/** The flags of `dumpstream watch` only. */
import type { Flag } from './flag.ts'

const group = 'Where dumps come from'

export const WATCH_FLAGS: readonly Flag[] = [
  {
    name: 'pid',
    value: 'PID',
    example: '43',
    group,
    summary: 'send this process a signal, and read its log',
    details: 'It must be a Go program that catches the signal; both are checked in /proc before each signal.',
  },
  {
    name: 'signal',
    value: 'NAME',
    example: 'USR2',
    group,
    summary: 'the signal it dumps on, such as USR2',
    details:
      'There is no default: SIGQUIT makes every Go program dump, but also ends it. Signals that end a Go program without a handler (QUIT, ABRT, HUP, INT, TERM) need `--i-know`.',
  },
  {
    name: 'log',
    value: 'FILE',
    example: 'app.log',
    file: true,
    group,
    summary: 'the file it writes dumps to (/proc/PID/fd/1)',
    details: 'Read from its end; `--from start` reads it from the start.',
  },
  { name: 'i-know', group, summary: 'allow a signal that may end the process' },
  {
    name: 'url',
    value: 'URL',
    example: 'http://localhost:6060/debug/pprof/goroutine?debug=2',
    group,
    summary: 'fetch dumps from a pprof endpoint',
    details:
      'With debug=2 (stacks) or debug=1 (counts), or a goroutineleak profile. Redirects are followed only on the same host.',
  },
  {
    name: 'user',
    value: 'NAME:PASSWORD',
    example: 'admin:secret',
    group,
    summary: 'basic authentication; the URL may have it too',
  },
  {
    name: 'header',
    value: "'NAME: VALUE'",
    example: "'X-Token: abc'",
    repeatable: true,
    group,
    summary: 'send a header with the request',
  },
  {
    name: 'exec',
    value: 'COMMAND',
    example: "'curl -s localhost:6060/dump'",
    group,
    summary: 'run a shell command that prints a dump',
    details: 'Its stdout is read. Its stderr is shown; put `2>&1` in the command to read it too.',
  },
  { name: 'every', value: 'DURATION', example: '2h', group, summary: 'time between dumps (5m)' },
  { name: 'count', value: 'N', example: '2', group, summary: 'stop after N dumps (default: until Ctrl-C)' },
  {
    name: 'timeout',
    value: 'DURATION',
    example: '30s',
    group,
    summary: 'how long to wait for a dump (30s)',
  },
]
