/**
 * Docker's json-file (moby `daemon/logger/jsonfilelog/jsonlog`); nerdctl writes the same. The text ends with its line end, but for the
 * parts of a line that Docker cut at 16 KiB (`daemon/logger/copier.go`, defaultBufSize).
 *
 *     {"log":"goroutine 7 [running]:\n","stream":"stderr","time":"2026-11-24T07:00:00.000000000Z"}
 */
import type { Dialect } from './json.ts'

export const docker: Dialect = {
  name: 'docker',
  text: ['log'],
  requires: [['log'], ['stream'], ['time']],
  // `attrs` is there when the daemon was told to add labels.
  maxMembers: 4,
  time: ['time'],
  streams: [{ path: 'stream', attribute: 'log.iostream', named: false }],
  cutAt: 16 << 10,
}
