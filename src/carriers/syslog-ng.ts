/**
 * syslog-ng's `$(format-json)` (axoflow.com, "format-json").
 *
 *     {"PROGRAM":"app","PID":"43","MESSAGE":"goroutine 7 [running]:","HOST":"h","DATE":"Nov 24 07:58:23","FILE_NAME":"/var/log/app.log"}
 */
import type { Dialect } from './json.ts'

export const syslogNg: Dialect = {
  name: 'syslog-ng',
  text: ['MESSAGE', 'MSG'],
  requires: [['HOST', 'PROGRAM', 'HOST_FROM', 'SOURCE']],
  time: ['ISODATE', 'R_ISODATE', 'UNIXTIME', 'DATE'],
  streams: [
    { path: 'HOST', attribute: 'host.name', named: true },
    { path: 'PROGRAM', attribute: 'service.name', named: true },
    { path: 'PID', attribute: 'process.pid', named: true },
    { path: 'FILE_NAME', attribute: 'log.file.path', named: true },
  ],
}
