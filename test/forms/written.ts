/** A log as stores and tools write it down: name → the bytes of a file with these lines. */

export interface Written {
  readonly name: string
  write(lines: readonly string[]): Buffer
  /** What of the file is not one of the lines, so that the log without the dump may have it. */
  readonly frame?: RegExp
}

const START = Date.parse('2026-11-24T10:57:31.123Z')
const time = (i: number): string => new Date(START + i * 7).toISOString()
const nanos = (i: number): string => `${START + i * 7}000000`
const quote = (field: string): string => (/[",;\t\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)
const table =
  (delimiter: string, names: readonly string[], row: (line: string, i: number) => readonly string[]) =>
  (lines: readonly string[]) =>
    Buffer.from(`${[names, ...lines.map(row)].map((fields) => fields.map(quote).join(delimiter)).join('\r\n')}\r\n`)
const pretty = (value: unknown, indent: number | string = 2): Buffer =>
  Buffer.from(`${JSON.stringify(value, null, indent)}\n`)
const gcloud = (line: string, i: number): unknown => ({
  insertId: `k${i}`,
  resource: { type: 'k8s_container', labels: { pod_name: 'shop-0' } },
  textPayload: line,
  timestamp: time(i),
})
const hits = (lines: readonly string[]): unknown => ({
  took: 3,
  hits: {
    total: { value: lines.length, relation: 'eq' },
    hits: lines.map((line, i) => ({
      _index: 'l',
      _id: `${i}`,
      _source: { '@timestamp': time(i), message: line, tags: ['a', 'b'] },
    })),
  },
})

/** `journalctl -o export`: values with control characters come with their length. */
function exported(line: string, i: number): Buffer {
  const head = `__CURSOR=s=a;i=${i}\n__REALTIME_TIMESTAMP=${START * 1000 + i}\n_SYSTEMD_UNIT=app.service\n_PID=43\n`
  const text = Buffer.from(line)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  const message = line.includes('\t')
    ? Buffer.concat([Buffer.from('MESSAGE\n'), length, text, Buffer.from('\n')])
    : Buffer.from(`MESSAGE=${line}\n`)
  return Buffer.concat([Buffer.from(head), message, Buffer.from('\n')])
}

function framed(line: string, stream: number): Buffer {
  const text = Buffer.from(`${line}\n`)
  const head = Buffer.alloc(8)
  head[0] = stream
  head.writeUInt32BE(text.length, 4)
  return Buffer.concat([head, text])
}

const scalar = (line: string): string =>
  /^[\w/.]/.test(line) && !/[:#'"\t[\]{}]|\s$/.test(line) ? line : JSON.stringify(line)

export const WRITTEN: readonly Written[] = [
  { name: 'lines', write: (lines) => Buffer.from(`${lines.join('\n')}\n`) },
  { name: 'lines, CRLF', write: (lines) => Buffer.from(`${lines.join('\r\n')}\r\n`) },
  { name: 'lines, CR', write: (lines) => Buffer.from(`${lines.join('\r')}\r`) },
  {
    name: 'lines, CR and CRLF in turn',
    write: (lines) => Buffer.from(lines.map((line, i) => line + (i % 3 === 0 ? '\r' : '\r\n')).join('')),
  },
  {
    name: 'UTF-8 with a byte order mark',
    write: (lines) => Buffer.from(`\ufeff${lines.join('\n')}\n`),
    frame: /\ufeff/,
  },
  { name: 'UTF-16LE', write: (lines) => Buffer.from(`\ufeff${lines.join('\r\n')}\r\n`, 'utf16le'), frame: /\ufeff/ },
  {
    name: 'UTF-16BE',
    write: (lines) => Buffer.from(`\ufeff${lines.join('\n')}\n`, 'utf16le').swap16(),
    frame: /\ufeff/,
  },
  {
    name: 'CSV',
    write: table(',', ['labels', 'Time', 'Line', 'tsNs', 'id'], (line, i) => [
      '{"app":"shop"}',
      time(i),
      line,
      nanos(i),
      `id${i}`,
    ]),
  },
  {
    name: 'CSV, semicolons',
    write: table(';', ['@timestamp', 'host.name', 'message'], (line, i) => [time(i), 'h', line]),
  },
  {
    name: 'TSV',
    write: table('\t', ['Date', 'Host', 'Service', 'Message'], (line, i) => [time(i), 'h', 'shop', line]),
  },
  {
    name: 'CSV, every field quoted',
    write: (lines) =>
      Buffer.from(
        `"_time","_raw"\n${lines.map((line, i) => `"${time(i)}","${line.replaceAll('"', '""')}"\n`).join('')}`,
      ),
  },
  { name: 'gcloud, an array over many lines', write: (lines) => pretty(lines.map(gcloud)) },
  { name: 'gcloud, an array on one line', write: (lines) => Buffer.from(JSON.stringify(lines.map(gcloud))) },
  {
    name: 'gcloud, YAML',
    write: (lines) =>
      Buffer.from(
        lines
          .map(
            (line, i) =>
              `---\ninsertId: k${i}\nresource:\n  labels:\n    pod_name: shop-0\n  type: k8s_container\ntextPayload: ${scalar(line)}\ntimestamp: '${time(i)}'\n`,
          )
          .join(''),
      ),
  },
  {
    name: 'CloudWatch, YAML',
    write: (lines) =>
      Buffer.from(
        `events:\n${lines
          .map(
            (line, i) =>
              `- eventId: '${i}'\n  ingestionTime: ${START + i}\n  logStreamName: shop/0\n  message: ${scalar(line)}\n  timestamp: ${START + i}\n`,
          )
          .join('')}searchedLogStreams: []\n`,
      ),
  },
  {
    name: 'Azure, YAML',
    write: (lines) =>
      Buffer.from(
        lines
          .map(
            (line, i) =>
              `- ContainerName: shop\n  LogMessage: ${scalar(line)}\n  TableName: PrimaryResult\n  TimeGenerated: '${time(i)}'\n`,
          )
          .join(''),
      ),
  },
  { name: 'Elasticsearch, an answer over many lines', write: (lines) => pretty(hits(lines)) },
  { name: 'Elasticsearch, an answer on one line', write: (lines) => Buffer.from(`${JSON.stringify(hits(lines))}\n`) },
  {
    name: 'jq: objects one after another, over many lines',
    write: (lines) => Buffer.concat(lines.map((line, i) => pretty({ time: time(i), level: 'info', msg: line }))),
  },
  {
    name: 'jq --tab',
    write: (lines) => Buffer.concat(lines.map((line, i) => pretty({ time: time(i), level: 'info', msg: line }, '\t'))),
  },
  {
    name: 'CloudWatch, filter-log-events',
    write: (lines) =>
      pretty(
        {
          events: lines.map((message, i) => ({
            logStreamName: 'shop/0',
            timestamp: START + i,
            message,
            ingestionTime: START + i,
            eventId: `${i}`,
          })),
          searchedLogStreams: [],
        },
        4,
      ),
  },
  {
    name: 'CloudWatch, a subscription over many lines',
    write: (lines) =>
      pretty({
        messageType: 'DATA_MESSAGE',
        logGroup: '/ecs/app',
        logStream: 'web-1',
        logEvents: lines.map((message, i) => ({ id: `${i}`, timestamp: START + i, message })),
      }),
  },
  {
    name: 'CloudWatch, Insights',
    write: (lines) =>
      pretty({
        status: 'Complete',
        results: lines.map((line, i) => [
          { field: '@timestamp', value: time(i) },
          { field: '@message', value: line },
          { field: '@ptr', value: `p${i}` },
        ]),
      }),
  },
  {
    name: 'Loki, query_range',
    write: (lines) =>
      Buffer.from(
        JSON.stringify({
          status: 'success',
          data: {
            resultType: 'streams',
            result: [{ stream: { app: 'shop', pod: 'shop-0' }, values: lines.map((line, i) => [nanos(i), line]) }],
          },
        }),
      ),
  },
  {
    name: 'Loki, push',
    write: (lines) =>
      pretty({ streams: [{ stream: { app: 'shop' }, values: lines.map((line, i) => [nanos(i), line]) }] }),
  },
  {
    name: 'Datadog',
    write: (lines) =>
      pretty({
        data: lines.map((message, i) => ({
          id: `A${i}`,
          type: 'log',
          attributes: { timestamp: time(i), message, host: 'h1', service: 'shop', tags: ['pod_name:shop-0'] },
        })),
        meta: { page: {} },
      }),
  },
  {
    name: 'Azure Monitor, a query',
    write: (lines) =>
      pretty({
        tables: [
          {
            name: 'PrimaryResult',
            columns: [
              { name: 'TimeGenerated', type: 'datetime' },
              { name: 'LogEntry', type: 'string' },
            ],
            rows: lines.map((line, i) => [time(i), line]),
          },
        ],
      }),
  },
  {
    name: 'Sumo Logic',
    write: (lines) =>
      pretty({
        fields: [{ name: '_raw', fieldType: 'string', keyField: false }],
        messages: lines.map((line, i) => ({ map: { _raw: line, _messagetime: `${START + i}`, _sourcehost: 'h' } })),
      }),
  },
  {
    name: 'Splunk HEC, objects without anything between them',
    write: (lines) =>
      Buffer.from(
        lines.map((event, i) => JSON.stringify({ time: START / 1000 + i, host: 'h', source: 'shop', event })).join(''),
      ),
  },
  {
    name: 'New Relic, NRQL',
    write: (lines) =>
      pretty({
        results: [
          {
            events: lines.map((message, i) => ({
              timestamp: START + i,
              message,
              'newrelic.source': 'logs.infra',
              hostname: 'h',
            })),
          },
        ],
      }),
  },
  {
    name: 'OTLP over many lines',
    write: (lines) =>
      pretty({
        resourceLogs: [
          {
            resource: { attributes: [{ key: 'k8s.pod.name', value: { stringValue: 'web-1' } }] },
            scopeLogs: [
              {
                scope: {},
                logRecords: lines.map((line, i) => ({
                  timeUnixNano: nanos(i),
                  body: { stringValue: line },
                  attributes: [{ key: 'log.iostream', value: { stringValue: 'stderr' } }],
                })),
              },
            ],
          },
        ],
      }),
  },
  {
    name: 'a store nobody has heard of',
    write: (lines) =>
      pretty(
        {
          payload: {
            pages: [
              { page: 1, docs: lines.map((line, i) => ({ seq: i, doc: { when: time(i), body: { text: line } } })) },
            ],
          },
        },
        3,
      ),
  },
  { name: 'journalctl -o export', write: (lines) => Buffer.concat(lines.map(exported)) },
  {
    name: 'journalctl -o verbose',
    write: (lines) =>
      Buffer.from(
        lines
          .map(
            (line, i) =>
              `Tue 2026-11-24 10:57:31.${100000 + i} UTC [s=a1;i=${i};b=c;m=d;t=e;x=f]\n    _SYSTEMD_UNIT=app.service\n    _PID=43\n    MESSAGE=${line}\n    _HOSTNAME=h\n`,
          )
          .join(''),
      ),
  },
  {
    name: 'CSV without names, all fields quoted',
    write: (lines) =>
      Buffer.from(lines.map((line, i) => `"${time(i)}","web-1","${line.replaceAll('"', '""')}"\n`).join('')),
  },
  {
    name: 'asciinema',
    frame: /^\{"version": 2, [^\n]*\n/,
    write: (lines) => {
      const events = lines.map((line, i) => `[${i / 8}, "o", ${JSON.stringify(`${line}\r\n`)}]\n`)
      return Buffer.from(`{"version": 2, "width": 80, "height": 24}\n${events.join('')}`)
    },
  },
  { name: 'Docker API, multiplexed', write: (lines) => Buffer.concat(lines.map((line) => framed(line, 2))) },
]
