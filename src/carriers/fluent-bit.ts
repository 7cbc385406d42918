/**
 * JSON lines of Fluent Bit (docs.fluentbit.io, outputs `stdout`, `file`, `http` with `json_lines`). Its CRI parser drops an empty text, so a
 * line without one is an empty line; `logtag` P is a part of a line that kubelet cut; a text that Docker cut comes without its `\n`.
 *
 *     {"date":1795506658.551539,"stream":"stdout","logtag":"F","log":"goroutine 7 [running]:","kubernetes":{"pod_name":"web-1"}}
 */
import type { Dialect } from './json.ts'
import { KUBERNETES_FIELDS } from './shipper-fields.ts'

export const fluentBit: Dialect = {
  name: 'fluent-bit',
  text: ['log', 'message', 'MESSAGE', 'exec'],
  requires: [['date'], ['log', 'message', 'MESSAGE', 'exec', 'stream', 'logtag', '_p', 'file', 'kubernetes']],
  time: ['time', 'date'],
  streams: [
    ...KUBERNETES_FIELDS,
    { path: 'file', attribute: 'log.file.path', named: true },
    { path: 'container_name', attribute: 'container.name', named: true },
    { path: 'tag', attribute: 'fluent.tag', named: true },
    { path: 'stream', attribute: 'log.iostream', named: false },
  ],
  blankWithoutText: true,
  cutAt: 16 << 10,
  partialTag: 'logtag',
}
