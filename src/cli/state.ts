/**
 * `--state-file`: the position in each followed file, and what is known of its dumps. The first line describes the content, with its SHA-256; then
 * comes one line of JSON per file. The file is replaced as a whole, so that a killed process leaves the last complete one.
 *
 * The state is that of the last record that was written: after a restart, later records come again, with the same dump numbers.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { DumpstreamError } from '../core/errors.ts'
import { systemErrorCode, systemErrorText } from '../core/system-error.ts'
import type { EngineSnapshot } from '../engine/engine.ts'
import type { TailPlace } from '../input/tail.ts'
import { ReplacingFile } from '../sinks/replacing-file.ts'

const VERSION = 1
/** How many states are kept of files that were not opened again; the newest ones. */
const KEPT = 10_000

/** One followed file. */
export interface FileState {
  readonly path: string
  readonly places: readonly TailPlace[]
  readonly snapshot: EngineSnapshot
}

export class StateFile {
  readonly #path: string
  /** States from an earlier process, by path, until the file is opened. */
  readonly #waiting: Map<string, FileState>
  /** History → its JSON. */
  readonly #texts = new WeakMap<object, string>()

  /** @throws DumpstreamError `DS_INPUT` if the file exists and cannot be continued */
  constructor(path: string) {
    this.#path = path
    this.#waiting = new Map(read(path).map((state) => [state.path, state]))
  }

  /** Returns what is known of a file, and forgets it. */
  take(path: string): FileState | undefined {
    const state = this.#waiting.get(path)
    this.#waiting.delete(path)
    return state
  }

  /** The error for a snapshot that an engine cannot continue from. */
  refusal(error: DumpstreamError): DumpstreamError {
    return new DumpstreamError('DS_INPUT', `${this.#path}: ${error.message}; remove it to start over`, { cause: error })
  }

  /** @throws DumpstreamError `DS_OUTPUT`; then the old file is unchanged */
  save(states: readonly FileState[]): void {
    const waiting = [...this.#waiting.values()].slice(-KEPT)
    const lines = [...waiting, ...states].map((state) => `${this.#line(state)}\n`)
    const hash = createHash('sha256')
    for (const line of lines) hash.update(line)
    const file = new ReplacingFile(this.#path)
    try {
      file.output.write(`${JSON.stringify({ dumpstream: 'state', v: VERSION, sha256: hash.digest('hex') })}\n`)
      for (const line of lines) file.output.write(line)
      file.commit()
    } finally {
      file.discard()
    }
  }

  /** Caches the JSON of the history, which is most of the line and seldom changes. */
  #line({ path, places, snapshot: { history, ...snapshot } }: FileState): string {
    const text = this.#texts.get(history) ?? JSON.stringify(history)
    this.#texts.set(history, text)
    const rest = JSON.stringify({ path, places, snapshot })
    return `${rest.slice(0, -2)},"history":${text}}}`
  }
}

function read(path: string): FileState[] {
  const text = contentOf(path)
  if (text === undefined) return []
  const end = text.indexOf('\n') + 1
  const head = parse(text.slice(0, end))
  if (!isRecord(head) || head.dumpstream !== 'state' || typeof head.v !== 'number')
    throw refusal(path, 'is not a state file; name another one')
  if (head.v !== VERSION)
    throw refusal(path, `has version ${head.v}, but this dumpstream reads version ${VERSION}; remove it to start over`)
  const body = text.slice(end)
  if (createHash('sha256').update(body).digest('hex') !== head.sha256)
    throw refusal(path, 'is damaged; remove it to start over')
  return body
    .split('\n')
    .slice(0, -1)
    .map(parse)
    .map((state) => {
      if (!isState(state)) throw refusal(path, 'was not written by dumpstream; remove it to start over')
      return state
    })
}

function contentOf(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    return text === '' ? undefined : text
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw refusal(path, systemErrorText(error))
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/** The engine checks the snapshot itself. */
function isState(value: unknown): value is FileState {
  return isRecord(value) && typeof value.path === 'string' && isPlaces(value.places) && isRecord(value.snapshot)
}

function isPlaces(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every(
      (place: unknown) =>
        isRecord(place) &&
        typeof place.identity === 'string' &&
        typeof place.fingerprint === 'string' &&
        Number.isSafeInteger(place.position) &&
        Number(place.position) >= 0 &&
        (place.modified === undefined || Number.isFinite(place.modified)),
    )
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function refusal(path: string, text: string): DumpstreamError {
  return new DumpstreamError('DS_INPUT', `${path}: ${text}`)
}
