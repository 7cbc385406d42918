/** States in a folder that all members share, or that belongs to the only member: one file per partition, replaced as a whole. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DumpstreamError } from '../core/errors.ts'
import { systemErrorCode, systemErrorText } from '../core/system-error.ts'
import type { StreamState } from '../partitions/stream.ts'
import { ReplacingFile } from '../sinks/replacing-file.ts'
import { readState, type StateStore, type StreamChange } from './states.ts'

/** @throws DumpstreamError `DS_OUTPUT` if the folder cannot be created */
export function openStateFolder(folder: string, group: string): StateStore {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw new DumpstreamError('DS_OUTPUT', `${folder}: ${systemErrorText(error)}`, { cause: error })
  }
  /** The lines of each file, by stream. */
  const files = new Map<string, Map<string | undefined, string>>()
  const pathOf = (topic: string, partition: number): string =>
    join(folder, `${encodeURIComponent(group)}+${encodeURIComponent(topic)}+${partition}.jsonl`)
  return {
    load: async (topic, partition) => {
      const path = pathOf(topic, partition)
      const states = read(path)
      files.set(path, new Map(states.map((state) => [state.stream, JSON.stringify(state)])))
      return states
    },
    save: async (topic, partition, changes) => {
      const path = pathOf(topic, partition)
      const lines = files.get(path) ?? new Map<string | undefined, string>()
      files.set(path, lines)
      change(lines, changes)
      const file = new ReplacingFile(path)
      try {
        for (const line of lines.values()) file.output.write(`${line}\n`)
        file.commit()
      } finally {
        file.discard()
      }
    },
    close: async () => {},
  }
}

function change(lines: Map<string | undefined, string>, changes: readonly StreamChange[]): void {
  for (const { stream, state } of changes) {
    if (state === undefined) lines.delete(stream)
    else lines.set(stream, JSON.stringify(state))
  }
}

/** @throws DumpstreamError `DS_INPUT` */
function read(path: string): StreamState[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return []
    throw new DumpstreamError('DS_INPUT', `${path}: ${systemErrorText(error)}`, { cause: error })
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const state = readState(line)
      if (state === undefined)
        throw new DumpstreamError('DS_INPUT', `${path}: was not written by dumpstream; remove it to start over`)
      return state
    })
}
