/**
 * What loggers themselves write as JSON: log/slog's JSONHandler, zap, zerolog, logrus's JSONFormatter, bunyan and their kin, and shippers that
 * are told by nothing else. One line of the dump in each, under one of a few usual names. (A whole dump in one string is found whatever its
 * name: dump-string.ts.)
 *
 *     {"time":"2026-11-24T07:00:00Z","level":"INFO","msg":"goroutine 7 [running]:"}
 */
import type { Dialect } from './json.ts'
import { KUBERNETES_FIELDS } from './shipper-fields.ts'

const TIMES = ['time', 'timestamp', '@timestamp', 'ts', 'date', 't']

export const logger: Dialect = {
  name: 'json',
  text: ['log', 'message', 'msg', 'MESSAGE', 'line', 'text', 'body', 'short_message', 'event.original'],
  time: TIMES,
  streams: [
    ...KUBERNETES_FIELDS,
    { path: 'kubernetes.pod.name', attribute: 'k8s.pod.name', named: true },
    { path: 'host', attribute: 'host.name', named: true },
    { path: 'host.name', attribute: 'host.name', named: true },
    { path: 'hostname', attribute: 'host.name', named: false },
    { path: 'service', attribute: 'service.name', named: true },
    { path: 'service.name', attribute: 'service.name', named: true },
    { path: 'container_name', attribute: 'container.name', named: true },
    { path: 'container_id', attribute: 'container.id', named: false },
    { path: 'file', attribute: 'log.file.path', named: false },
    { path: 'log.file.path', attribute: 'log.file.path', named: true },
    { path: 'pid', attribute: 'process.pid', named: false },
    { path: 'stream', attribute: 'log.iostream', named: false },
  ],
}

/** `--text-key`, `--time-key`, `--stream-key`: names of one's own, before the usual ones. */
export function namedBy(keys: {
  readonly text?: string | undefined
  readonly time?: string | undefined
  readonly streams?: readonly string[] | undefined
}): Dialect {
  return {
    name: 'json-keys',
    text: keys.text === undefined ? logger.text : [keys.text],
    time: keys.time === undefined ? TIMES : [keys.time],
    streams: keys.streams?.map((path) => ({ path, attribute: attributeOf(path), named: true })) ?? logger.streams,
    cutAt: 16 << 10,
  }
}

/** The attribute that a usual path stands for; its own name otherwise. */
function attributeOf(path: string): string {
  return logger.streams.find((field) => field.path === path)?.attribute ?? path
}
