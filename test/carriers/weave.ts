/**
 * Puts a text into the forms in which logs carry it. Carriers that can be run here are run by test/live and kept in test/golden/carriers; those that
 * cannot (Docker, kubelet, shippers, clouds) are built from their documented form, whose source each entry names. No engine runs here.
 */

export const TIME = '2026-11-24T05:00:00.123456789Z'

/** The i-th line of text as its lines in the carrier, without the last line end. */
type Wrap = (line: string, i: number) => string

/** Where Docker and containerd cut a line. */
const PART = 16_384

/** Pieces of at most 16 KiB, none of them in the middle of a character. */
function parts(line: string): string[] {
  const bytes = Buffer.from(line)
  const out: string[] = []
  for (let at = 0; at < bytes.length || out.length === 0; ) {
    let end = Math.min(at + PART, bytes.length)
    while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
    out.push(bytes.toString('utf8', at, end))
    at = end
  }
  return out
}

/** Name → form of one line. */
export const WRAPS: Readonly<Record<string, Wrap>> = {
  // Kubernetes, "CRI: Log management for container stdout/stderr streams"; containerd internal/cri/io/logger.go cuts at 16 KiB.
  cri: (line) =>
    parts(line)
      .map((part, i, all) => `${TIME} stdout ${i < all.length - 1 ? 'P' : 'F'} ${part}`)
      .join('\n'),
  // docs.docker.com/engine/logging/drivers/json-file; moby daemon/logger/copier.go cuts at 16 KiB.
  docker: (line) =>
    parts(line)
      .map((part, i, all) =>
        JSON.stringify({ log: i < all.length - 1 ? part : `${part}\n`, stream: 'stdout', time: TIME }),
      )
      .join('\n'),
  // systemd.directives(7), journalctl -o json.
  journald: (line) =>
    JSON.stringify({
      MESSAGE: line,
      _SYSTEMD_UNIT: 'app.service',
      _PID: '43',
      __REALTIME_TIMESTAMP: '1795496400000000',
      _HOSTNAME: 'h',
    }),
  // docs.fluentbit.io, outputs, format json_lines, after the kubernetes filter.
  'fluent bit': (line) =>
    JSON.stringify({
      date: 1795496400.5,
      log: line,
      stream: 'stdout',
      kubernetes: { pod_name: 'web-1', namespace_name: 'default', container_name: 'app' },
    }),
  // docs.fluentd.org, exec_filter and formatter json.
  fluentd: (line) =>
    JSON.stringify({ message: line, kubernetes: { pod_name: 'web-1' }, tag: 'app.web', time: 1795507299.01463 }),
  // vector.dev/docs/reference/configuration/sources/kubernetes_logs, codec json.
  vector: (line) =>
    JSON.stringify({
      file: '/var/log/pods/default_web-1_0/app/0.log',
      kubernetes: { container_name: 'app', pod_name: 'web-1', pod_namespace: 'default' },
      message: line,
      source_type: 'kubernetes_logs',
      stream: 'stderr',
      timestamp: TIME,
    }),
  'json message': (line) => JSON.stringify({ '@timestamp': TIME, message: line, host: 'h' }),
  // opentelemetry.io/docs/specs/otlp, JSON encoding; one batch per line, as the Collector's file exporter writes it.
  otlp: (line) =>
    JSON.stringify({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'k8s.pod.name', value: { stringValue: 'web-1' } }] },
          scopeLogs: [{ logRecords: [{ timeUnixNano: '1795496400123456789', body: { stringValue: line } }] }],
        },
      ],
    }),
  // cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry.
  'cloud logging': (line) =>
    JSON.stringify({
      textPayload: line,
      timestamp: TIME,
      logName: 'projects/shop/logs/stderr',
      resource: {
        type: 'k8s_container',
        labels: { namespace_name: 'default', pod_name: 'web-1', container_name: 'app', cluster_name: 'c' },
      },
      severity: 'ERROR',
    }),
  // docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilteredLogEvent.html.
  cloudwatch: (line, i) =>
    JSON.stringify({
      logStreamName: 'web/app/1',
      timestamp: 1795496400123,
      message: line,
      ingestionTime: 1795496400200,
      eventId: `${i}`,
    }),
  // kubernetes.io/docs/reference/kubectl/generated/kubectl_logs.
  'kubectl logs --prefix': (line) => `[pod/web-7d9f-abc12/app] ${line}`,
  'kubectl logs --prefix --timestamps': (line) => `[pod/web-7d9f-abc12/app] ${TIME} ${line}`,
  // docs.docker.com/reference/cli/docker/compose/logs.
  compose: (line) => `service-1  | ${line}`,
  // devcenter.heroku.com/articles/logging.
  heroku: (line, i) => `2026-11-24T05:00:00.${100000 + (i % 800000)}+00:00 app[web.1]: ${line}`,
  // docs.cloudfoundry.org/devguide/deploy-apps/streaming-logs.html.
  'cloud foundry': (line, i) => `   2026-11-24T05:00:00.${10 + (i % 90)}+0000 [APP/PROC/WEB/0] ERR ${line}`,
  'time stamps': (line, i) => `2026-11-24T05:00:0${i % 10}.${i % 997}Z ${line}`,
  'log package': (line, i) => `2026/11/24 05:00:0${i % 10}.${100000 + i} ${line}`,
  klog: (line, i) => `I1124 08:17:51.${100000 + i}   26313 main.go:18] ${line}`,
  'syslog, RFC 3164': (line) => `Nov 24 05:00:00 host app[43]: ${line.replaceAll('\t', '#011')}`,
  'syslog, RFC 5424': (line) => `<14>1 ${TIME} host app 43 - - ${line}`,
  colours: (line) => `\u001b[36m${line}\u001b[0m`,
}

export function wrapLines(text: string, wrap: Wrap): string {
  return text
    .split('\n')
    .map((line, i, all) => (i === all.length - 1 && line === '' ? '' : `${wrap(line, i)}\n`))
    .join('')
}
