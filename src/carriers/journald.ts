/**
 * `journalctl -o json` (systemd.io/JOURNAL_EXPORT_FORMATS, systemd.journal-fields(7)). MESSAGE is a string, an array of bytes when it is no
 * printable UTF-8, an array of strings when the field came twice, null when it is longer than 4096 bytes and `--all` was not given.
 *
 *     {"MESSAGE":"goroutine 7 [running]:","_SYSTEMD_UNIT":"app.service","_PID":"43","__REALTIME_TIMESTAMP":"1795500000001000"}
 */
import type { Dialect } from './json.ts'

export const journald: Dialect = {
  name: 'journald',
  text: ['MESSAGE'],
  requires: [['__REALTIME_TIMESTAMP', '__CURSOR', '_SYSTEMD_UNIT', '_TRANSPORT', '_BOOT_ID']],
  time: ['__REALTIME_TIMESTAMP', '_SOURCE_REALTIME_TIMESTAMP'],
  streams: [
    { path: '_HOSTNAME', attribute: 'host.name', named: true },
    { path: '_SYSTEMD_UNIT', attribute: 'systemd.unit', named: true },
    { path: 'CONTAINER_NAME', attribute: 'container.name', named: true },
    { path: 'SYSLOG_IDENTIFIER', attribute: 'service.name', named: false },
    { path: '_PID', attribute: 'process.pid', named: true },
    { path: 'CONTAINER_ID_FULL', attribute: 'container.id', named: false },
    { path: '_STREAM_ID', attribute: 'systemd.stream.id', named: false },
  ],
}
