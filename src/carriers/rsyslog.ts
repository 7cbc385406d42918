/**
 * rsyslog's JSON: the `%jsonmesg%` property that omprog and mmexternal get (rsyslog.com, "rsyslog Properties"), and its usual list templates.
 *
 *     {"msg":"goroutine 7 [running]:","timereported":"2026-11-24T07:57:26.914379+00:00","hostname":"h","programname":"app","procid":"43"}
 */
import type { Dialect } from './json.ts'

export const rsyslog: Dialect = {
  name: 'rsyslog',
  text: ['msg', 'message'],
  requires: [
    ['programname', 'program', 'syslogtag', 'app-name', 'syslog-tag'],
    ['hostname', 'host', 'fromhost'],
  ],
  time: ['timereported', 'timestamp', '@timestamp', 'timegenerated'],
  streams: [
    { path: 'hostname', attribute: 'host.name', named: true },
    { path: 'host', attribute: 'host.name', named: true },
    { path: 'program', attribute: 'service.name', named: true },
    { path: 'programname', attribute: 'service.name', named: true },
    { path: 'procid', attribute: 'process.pid', named: true },
    { path: '$!.metadata.filename', attribute: 'log.file.path', named: true },
  ],
  syslogText: true,
}
