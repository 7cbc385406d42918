/** Puts a text into the forms in which logs carry it. */

export const TIME = '2026-11-24T05:00:00.123456789Z'

type Wrap = (line: string, i: number) => string

/** Name → how one line looks. Docker's and kubelet's are their documented forms; no engine runs here. */
export const WRAPS: Readonly<Record<string, Wrap>> = {
  cri: (line) => `${TIME} stdout F ${line}`,
  docker: (line) => JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: TIME }),
  journald: (line) =>
    JSON.stringify({
      MESSAGE: line,
      _SYSTEMD_UNIT: 'app.service',
      _PID: '43',
      __REALTIME_TIMESTAMP: '1795496400000000',
      _HOSTNAME: 'h',
    }),
  'fluent bit': (line) =>
    JSON.stringify({
      date: 1795496400.5,
      log: line,
      stream: 'stdout',
      kubernetes: { pod_name: 'web-1', namespace_name: 'default', container_name: 'app' },
    }),
  'json message': (line) => JSON.stringify({ '@timestamp': TIME, message: line, host: 'h' }),
  'kubectl logs --prefix': (line) => `[pod/web-7d9f-abc12/app] ${line}`,
  compose: (line) => `service-1  | ${line}`,
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
