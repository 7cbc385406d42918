/** The members of a tar archive (ustar, pax and GNU), read by tar-stream. */
import { extract } from 'tar-stream'
import { DumpstreamError } from '../core/errors.ts'
import { brokenText, type Stage, type StageParts } from './stage.ts'

export class TarStage implements Stage {
  readonly #parts: StageParts
  readonly #extract = extract()
  readonly #reading: Promise<void>
  #failure: unknown
  #wake: (() => void) | undefined

  constructor(parts: StageParts) {
    this.#parts = parts
    this.#extract.on('drain', () => this.#wake?.())
    this.#reading = this.#read()
      .catch((error: unknown) => {
        this.#failure = this.#explain(error)
      })
      .finally(() => this.#wake?.())
  }

  async push(bytes: Uint8Array): Promise<void> {
    if (this.#failure === undefined && !this.#extract.write(Buffer.from(bytes)))
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        if (this.#extract.destroyed) resolve()
      })
    if (this.#failure !== undefined) throw this.#failure
  }

  async end(): Promise<void> {
    this.#extract.end(undefined)
    await this.#reading
    if (this.#failure !== undefined) throw this.#failure
  }

  close(): void {
    this.#extract.destroy()
  }

  async #read(): Promise<void> {
    for await (const entry of this.#extract) {
      const { name, type } = entry.header
      const isFile = type === 'file' || type === 'contiguous-file'
      const stage = isFile ? this.#parts.onMember(name) : undefined
      // A folder has no content, whatever size its header claims: tar-stream emits none, and would wait for it forever.
      if (type === 'directory') entry.header.size = 0
      try {
        for await (const piece of entry) if (piece instanceof Uint8Array) await stage?.push(piece)
      } finally {
        await stage?.end()
      }
    }
  }

  #explain(error: unknown): unknown {
    if (error instanceof DumpstreamError || !(error instanceof Error)) return error
    const cut = error.message === 'Unexpected end of data'
    const isData = cut || /header|invalid tar|exceeds/i.test(error.message)
    if (!isData) return error
    const reason = cut ? undefined : error.message.replace(/\..*/s, '')
    return new DumpstreamError('DS_INPUT', brokenText(this.#parts.name, 'tar archive', reason), { cause: error })
  }
}
