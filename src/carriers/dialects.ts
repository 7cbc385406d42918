/**
 * The field names of each writer, shipper and store of JSON: one row each. A new store is a new row of store-dialects.ts; one without a row is
 * learned from the line that holds the first header (learned.ts), with the attributes that its field names suggest. docs/carriers.md is made from
 * these tables, and a test reads each sample.
 */
import type { Dialect, StreamField } from './json-dialect.ts'
import { AT, type DialectRow, field, HEADER, line, named, STORES } from './store-dialects.ts'

/** Of the kubernetes filters of Fluentd and Fluent Bit. */
const KUBERNETES_FILTER: readonly StreamField[] = [
  named('kubernetes.namespace_name', 'k8s.namespace.name'),
  named('kubernetes.pod_name', 'k8s.pod.name'),
  named('kubernetes.container_name', 'k8s.container.name'),
  field('kubernetes.pod_id', 'k8s.pod.uid'),
  field('kubernetes.host', 'k8s.node.name'),
]

const FLUENTD_FIELDS: readonly StreamField[] = [
  ...KUBERNETES_FILTER,
  named('container_name', 'container.name'),
  field('container_id', 'container.id'),
  field('stream', 'log.iostream'),
  field('source', 'log.iostream'),
]

export const docker: DialectRow = {
  name: 'docker',
  of: 'Docker and nerdctl, json-file',
  reference: 'moby daemon/logger/jsonfilelog/jsonlog',
  text: ['log'],
  requires: [['log'], ['stream'], ['time']],
  // `attrs` is present if the daemon was configured to add labels.
  maxMembers: 4,
  time: ['time'],
  streams: [field('stream', 'log.iostream')],
  // The text ends with its line end, except for the parts of a line that Docker cut (`daemon/logger/copier.go`, defaultBufSize).
  cutAt: 16 << 10,
  sample: line({ log: `${HEADER}\n`, stream: 'stderr', time: AT }),
}

/**
 * MESSAGE is a string; an array of bytes if it is not printable UTF-8; an array of strings if the field occurs twice; null if it is longer than
 * 4096 bytes and `--all` was not given.
 */
export const journald: DialectRow = {
  name: 'journald',
  of: 'journalctl -o json, export and verbose',
  reference: 'systemd.io/JOURNAL_EXPORT_FORMATS, systemd.journal-fields(7)',
  text: ['MESSAGE'],
  requires: [['__REALTIME_TIMESTAMP', '__CURSOR', '_SYSTEMD_UNIT', '_TRANSPORT', '_BOOT_ID']],
  // `__VERBOSE_TIME` is the head of an entry of `-o verbose` (forms/journal.ts).
  time: ['__REALTIME_TIMESTAMP', '_SOURCE_REALTIME_TIMESTAMP', '__VERBOSE_TIME'],
  streams: [
    named('_HOSTNAME', 'host.name'),
    named('_SYSTEMD_UNIT', 'systemd.unit'),
    named('CONTAINER_NAME', 'container.name'),
    field('SYSLOG_IDENTIFIER', 'service.name'),
    named('_PID', 'process.pid'),
    field('CONTAINER_ID_FULL', 'container.id'),
    field('_STREAM_ID', 'systemd.stream.id'),
  ],
  sample: line({ MESSAGE: HEADER, _SYSTEMD_UNIT: 'app.service', _PID: '43', __REALTIME_TIMESTAMP: '1795500000001000' }),
}

const LOGGER_TIMES = ['time', 'timestamp', '@timestamp', 'ts', 'date', 't']

/**
 * What loggers themselves write: log/slog's JSONHandler, zap, zerolog, logrus's JSONFormatter, bunyan and their kin, with one line of the dump in
 * each record. (A whole dump in one string is found in any field: dump-string.ts.)
 */
export const logger: DialectRow = {
  name: 'json',
  of: 'slog, zap, zerolog, logrus, bunyan, and shippers with the usual names',
  reference: 'pkg.go.dev/log/slog#JSONHandler',
  text: ['log', 'message', 'msg', 'MESSAGE', 'line', 'text', 'body', 'short_message', 'event.original'],
  time: LOGGER_TIMES,
  streams: [
    ...KUBERNETES_FILTER,
    named('kubernetes.pod.name', 'k8s.pod.name'),
    named('host', 'host.name'),
    named('host.name', 'host.name'),
    field('hostname', 'host.name'),
    named('service', 'service.name'),
    named('service.name', 'service.name'),
    named('container_name', 'container.name'),
    field('container_id', 'container.id'),
    { ...field('file', 'log.file.path'), mayBeCaller: true },
    named('log.file.path', 'log.file.path'),
    field('pid', 'process.pid'),
    field('stream', 'log.iostream'),
  ],
  sample: line({ time: AT, level: 'INFO', msg: HEADER }),
}

export const goTest: DialectRow = {
  name: 'go-test',
  of: 'go test -json',
  reference: 'go doc test2json',
  text: ['Output'],
  requires: [['Output'], ['Action'], ['Package']],
  time: ['Time'],
  streams: [named('Package', 'go.test.package'), named('Test', 'go.test.name')],
  // test2json flushes what has no line end yet.
  cutAt: 0,
  sample: line({ Time: AT, Action: 'output', Package: 'shop/mail', Test: 'TestDrain', Output: `${HEADER}\n` }),
}

/** Log shippers, the most specific first. */
const SHIPPERS: readonly DialectRow[] = [
  {
    name: 'vector',
    of: 'Vector: file, kubernetes_logs, docker_logs, journald behind a JSON codec',
    reference: 'vector.dev/docs/reference/configuration/sources',
    text: ['message'],
    requires: [['source_type']],
    time: ['timestamp'],
    streams: [
      field('host', 'host.name'),
      named('kubernetes.pod_namespace', 'k8s.namespace.name'),
      named('kubernetes.pod_name', 'k8s.pod.name'),
      named('kubernetes.container_name', 'k8s.container.name'),
      field('kubernetes.pod_uid', 'k8s.pod.uid'),
      named('container_name', 'container.name'),
      field('container_id', 'container.id'),
      named('_SYSTEMD_UNIT', 'systemd.unit'),
      named('_PID', 'process.pid'),
      named('appname', 'service.name'),
      named('procid', 'process.pid'),
      named('file', 'log.file.path'),
      field('stream', 'log.iostream'),
    ],
    sample: line({ message: HEADER, timestamp: AT, source_type: 'file', file: '/var/log/app.log', host: 'h' }),
  },
  {
    name: 'syslog-ng',
    of: 'syslog-ng, $(format-json)',
    reference: 'axoflow.com, "format-json"',
    text: ['MESSAGE', 'MSG'],
    requires: [['HOST', 'PROGRAM', 'HOST_FROM', 'SOURCE']],
    time: ['ISODATE', 'R_ISODATE', 'UNIXTIME', 'DATE'],
    streams: [
      named('HOST', 'host.name'),
      named('PROGRAM', 'service.name'),
      named('PID', 'process.pid'),
      named('FILE_NAME', 'log.file.path'),
    ],
    sample: line({ PROGRAM: 'app', PID: '43', MESSAGE: HEADER, HOST: 'h', DATE: 'Nov 24 07:58:23' }),
  },
  {
    name: 'rsyslog',
    of: 'rsyslog: %jsonmesg%, which omprog and mmexternal get, and the usual list templates',
    reference: 'rsyslog.com, "rsyslog Properties"',
    text: ['msg', 'message'],
    requires: [
      ['programname', 'program', 'syslogtag', 'app-name', 'syslog-tag'],
      ['hostname', 'host', 'fromhost'],
    ],
    time: ['timereported', 'timestamp', '@timestamp', 'timegenerated'],
    streams: [
      named('hostname', 'host.name'),
      named('host', 'host.name'),
      named('program', 'service.name'),
      named('programname', 'service.name'),
      named('procid', 'process.pid'),
      named('$!.metadata.filename', 'log.file.path'),
    ],
    syslogText: true,
    sample: line({ msg: HEADER, timereported: AT, hostname: 'h', programname: 'app', procid: '43' }),
  },
  {
    name: 'fluent-bit',
    of: 'Fluent Bit: stdout, file and http with json_lines',
    reference: 'docs.fluentbit.io, "Outputs"',
    text: ['log', 'message', 'MESSAGE', 'exec'],
    requires: [['date'], ['log', 'message', 'MESSAGE', 'exec', 'stream', 'logtag', '_p', 'file', 'kubernetes']],
    time: ['time', 'date'],
    streams: [
      ...KUBERNETES_FILTER,
      named('file', 'log.file.path'),
      named('container_name', 'container.name'),
      named('tag', 'fluent.tag'),
      field('stream', 'log.iostream'),
    ],
    // Its CRI parser drops an empty text. A text that Docker cut comes without its `\n`.
    blankWithoutText: true,
    cutAt: 16 << 10,
    partialTag: 'logtag',
    sample: line({
      date: 1795503600.55,
      stream: 'stdout',
      logtag: 'F',
      log: HEADER,
      kubernetes: { pod_name: 'web-1' },
    }),
  },
  {
    name: 'fluentd',
    of: 'Fluentd: exec_filter and the JSON formatter, with tag and time injected',
    reference: 'docs.fluentd.org, "exec_filter"',
    text: ['log', 'message', 'msg'],
    requires: [['tag', 'fluentd_tag']],
    time: ['time', 'timestamp', '@timestamp'],
    streams: [named('tag', 'fluent.tag'), ...FLUENTD_FIELDS],
    cutAt: 16 << 10,
    sample: line({ message: HEADER, tag: 'app.web', time: 1795503600.01463 }),
  },
]

/** The most specific first; the last one takes anything. */
export const DIALECTS: readonly DialectRow[] = [docker, journald, goTest, ...STORES, ...SHIPPERS, logger]

/** The record after `time<TAB>tag<TAB>` in files that Fluentd writes (fluentd.ts). */
export const FLUENTD_RECORD: Dialect = {
  name: 'fluentd-file',
  text: ['log', 'message', 'msg', 'MESSAGE'],
  time: ['time', '@timestamp'],
  streams: FLUENTD_FIELDS,
  cutAt: 16 << 10,
}

/** `--text-key`, `--time-key`, `--stream-key`: the names that the caller gives, and the usual ones for those not given. */
export function namedBy(keys: {
  readonly text?: string | undefined
  readonly time?: string | undefined
  readonly streams?: readonly string[] | undefined
}): Dialect {
  return {
    name: 'json-keys',
    text: keys.text === undefined ? logger.text : [keys.text],
    time: keys.time === undefined ? LOGGER_TIMES : [keys.time],
    streams: keys.streams?.map((path) => ({ path, attribute: attributeOf(path), named: true })) ?? logger.streams,
    cutAt: 16 << 10,
  }
}

/** The attribute for a usual path; for any other path, the path itself. */
function attributeOf(path: string): string {
  return logger.streams.find((each) => each.path === path)?.attribute ?? path
}
