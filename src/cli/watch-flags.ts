/** The flags that only `dumpstream watch` has. */
import type { Flag } from './flag.ts'

const group = 'Where dumps come from'

export const WATCH_FLAGS: readonly Flag[] = [
  {
    name: 'pid',
    value: 'PID',
    example: '43',
    group,
    summary: 'signal this process, and read what it writes',
    details: 'It must be a Go program that catches the signal: both are looked up in /proc before each signal.',
  },
  {
    name: 'signal',
    value: 'NAME',
    example: 'USR2',
    group,
    summary: 'the one it dumps on: USR2, … QUIT ends a Go process',
    details:
      'There is no default: SIGQUIT makes every Go program dump, and ends it. Signals that end a Go program without a handler (QUIT, ABRT, HUP, INT, TERM) need `--i-know`.',
  },
  {
    name: 'log',
    value: 'FILE',
    example: 'app.log',
    file: true,
    group,
    summary: 'where it writes its dumps (/proc/PID/fd/1)',
    details: 'Read from its end, unless `--from start` says otherwise.',
  },
  { name: 'i-know', group, summary: 'send a signal that may end the process' },
  {
    name: 'url',
    value: 'URL',
    example: 'http://localhost:6060/debug/pprof/goroutine?debug=2',
    group,
    summary: 'get dumps from a pprof endpoint',
    details: 'debug=2 (stacks), debug=1 (counts), or goroutineleak. Redirects are followed within the host.',
  },
  {
    name: 'user',
    value: 'NAME:PASSWORD',
    example: 'admin:secret',
    group,
    summary: 'basic authentication; also in the URL',
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
    details: 'Its stdout is read; its stderr is shown, or read as well with `2>&1` in the command.',
  },
  { name: 'every', value: 'DURATION', example: '2h', group, summary: 'time from one dump to the next (5m)' },
  { name: 'count', value: 'N', example: '2', group, summary: 'end after so many dumps (until Ctrl-C)' },
  {
    name: 'timeout',
    value: 'DURATION',
    example: '30s',
    group,
    summary: 'how long a dump may take to come (30s)',
  },
]
