/**
 * Examines the first bytes of an input, and inserts a stage that unpacks it. The output may be packed again: each member of an archive, and each
 * decompressed stream, passes through another gate.
 *
 *     app.tgz → gzip → tar → app.tgz:node-3/app.log.gz → gzip → the reader
 */
import { DumpstreamError } from '../core/errors.ts'
import { LIMITS, type Limits } from '../core/limits.ts'
import { type Packing, packingOf } from './magic.ts'
import type { Stage } from './stage.ts'

export interface Reader {
  /** Takes the next bytes; the view is valid only during the call. */
  onChunk(bytes: Uint8Array): void
  /** Bytes read of the input itself, before decompression. */
  onRead?(bytes: number): void
  /** The input is packed: the bytes that are passed on are not those of the input. */
  onPacked?(): void
  /** The bytes up to the next call belong to this member of the input, which is an archive: `bundle.zip:node-3/app.log`. */
  onMember?(name: string): void
  /** One line for a person; nothing is lost. */
  onNotice?(line: string): void
  /** A member of an archive cannot be read, or not to its end. The next one may be readable. */
  onFault?(error: DumpstreamError): void
}

/** What all gates of an input share. */
interface Input {
  readonly reader: Reader
  readonly limits: Limits
  readonly name: string
  read: number
  unpacked: number
  members: number
  /** Set when a limit was hit: nothing more of the input is read. */
  over: DumpstreamError | undefined
}

export class Gate implements Stage {
  readonly #input: Input
  /** Name of what the bytes belong to. */
  readonly #name: string
  readonly #depth: number
  readonly #isMember: boolean
  #head: Buffer | undefined
  #stage: Stage | undefined
  #open = false

  constructor(
    name: string,
    reader: Reader,
    limits: Limits = LIMITS,
    inner?: { input: Input; depth: number; isMember: boolean },
  ) {
    this.#name = name
    this.#input = inner?.input ?? { reader, limits, name, read: 0, unpacked: 0, members: 0, over: undefined }
    this.#depth = inner?.depth ?? 0
    this.#isMember = inner?.isMember ?? false
  }

  push(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#depth === 0) {
      this.#input.read += bytes.length
      this.#input.reader.onRead?.(bytes.length)
    } else this.#spend(bytes.length)
    if (this.#open) {
      if (this.#stage !== undefined) return this.#stage.push(bytes)
      this.#input.reader.onChunk(bytes)
      return undefined
    }
    const head = this.#head === undefined ? bytes : Buffer.concat([this.#head, bytes])
    const packing = packingOf(head)
    if (packing === undefined) {
      this.#head = Buffer.from(head)
      return undefined
    }
    return this.#decide(packing, head)
  }

  async end(): Promise<void> {
    if (this.#head !== undefined) await this.#decide('none', this.#head)
    await this.#stage?.end()
  }

  close(): void {
    if (this.#head !== undefined) void this.#decide('none', this.#head)
    this.#stage?.close()
  }

  #decide(packing: Packing | 'none', head: Uint8Array): Promise<void> | undefined {
    this.#open = true
    this.#head = undefined
    if (packing !== 'none') return this.#unpack(packing, head)
    const { reader } = this.#input
    if (this.#isMember) reader.onMember?.(this.#name)
    reader.onChunk(head)
    return undefined
  }

  async #unpack(packing: Packing, head: Uint8Array): Promise<void> {
    const { reader, limits } = this.#input
    if (this.#depth >= limits.packings) throw this.#stop(`is packed more than ${limits.packings} times`)
    reader.onPacked?.()
    const { openStage } = await import('./packings.ts')
    const plain = this.#inner(this.#name, this.#isMember)
    const stage = await openStage(packing, {
      name: this.#name,
      onChunk: (bytes) => plain.push(bytes),
      onEnd: () => plain.end(),
      onMember: (name) => this.#member(name),
      onNotice: (line) => reader.onNotice?.(line),
      onFault: (error) => this.#fault(error),
    })
    this.#stage = stage
    await stage.push(head)
  }

  #inner(name: string, isMember: boolean): Gate {
    return new Gate(name, this.#input.reader, this.#input.limits, {
      input: this.#input,
      depth: this.#depth + 1,
      isMember,
    })
  }

  /** An error in a member concerns only that member. */
  #member(name: string): Stage {
    const { limits } = this.#input
    if (++this.#input.members > limits.members) throw this.#stop(`has more than ${limits.members} files in it`)
    const gate = this.#inner(`${this.#name}:${name}`, true)
    let failed = false
    const guard = async (work: Promise<void> | undefined): Promise<void> => {
      try {
        await work
      } catch (error) {
        if (!(error instanceof DumpstreamError) || this.#input.over !== undefined) throw error
        failed = true
        this.#fault(error)
      }
    }
    return {
      push: (bytes) => (failed ? undefined : guard(later(() => gate.push(bytes)))),
      end: () => (failed ? Promise.resolve() : guard(gate.end())),
      close: () => gate.close(),
    }
  }

  #fault(error: DumpstreamError): void {
    const { onFault } = this.#input.reader
    if (onFault === undefined) throw error
    onFault.call(this.#input.reader, error)
  }

  #spend(bytes: number): void {
    const input = this.#input
    input.unpacked += bytes
    const { unpackedBytes, unpackedRatio } = input.limits
    if (input.unpacked > unpackedBytes && input.unpacked > input.read * unpackedRatio)
      throw this.#stop(`unpacks to more than ${unpackedRatio} times its size`)
  }

  #stop(why: string): DumpstreamError {
    this.#input.over ??= new DumpstreamError('DS_INPUT', `${this.#input.name}: ${why}; the data before that was read`)
    return this.#input.over
  }
}

/** Turns an exception into a rejection. */
async function later(work: () => Promise<void> | undefined): Promise<void> {
  await work()
}
