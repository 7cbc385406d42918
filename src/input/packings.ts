/**
 * All supported packings. Decompressors are loaded when they are needed.
 *
 *   packing      | implemented by
 *   -------------|------------------------------------
 *   gzip         | gzip.ts and node:zlib
 *   zstd         | node:zlib, since Node 22.15
 *   bzip2        | unbzip2-stream
 *   xz           | xz-decompress, which is WebAssembly
 *   zip          | zip.ts and node:zlib
 *   tar          | tar-stream
 */
import { Duplex, Readable, Transform } from 'node:stream'
import zlib from 'node:zlib'
import { DumpstreamError } from '../core/errors.ts'
import { Decompressor } from './decompressor.ts'
import type { Packing } from './magic.ts'
import { brokenText, type Stage, type StageParts } from './stage.ts'

const OUTPUT_BYTES = 256 << 10

const STAGES: Readonly<Record<Packing, (parts: StageParts) => Promise<Stage> | Stage>> = {
  gzip: async (parts) => {
    const { openGzip } = await import('./gzip.ts')
    return openGzip(parts)
  },
  zstd: (parts) => decompressor('zstd', zstdStream(parts.name), parts),
  bzip2: async (parts) => decompressor('bzip2', await bzip2Stream(), parts),
  xz: async (parts) => decompressor('xz', await xzStream(), parts),
  zip: async (parts) => {
    const { openZip } = await import('./zip.ts')
    return openZip(parts)
  },
  tar: async (parts) => {
    const { TarStage } = await import('./tar.ts')
    return new TarStage(parts)
  },
}

/** @throws DumpstreamError `DS_INPUT` if this version of Node does not support the packing */
export async function openStage(packing: Packing, parts: StageParts): Promise<Stage> {
  return await STAGES[packing](parts)
}

function decompressor(packing: Packing, stream: Duplex, parts: StageParts): Decompressor {
  const { name, onChunk, onEnd } = parts
  return new Decompressor({
    stream,
    onChunk,
    onEnd,
    explain: (error) => {
      if (error instanceof DumpstreamError) return error
      const reason = reasonOf(error)
      if (reason === undefined) return error
      const text = brokenText(name, `${packing} stream`, reason === CUT ? undefined : reason)
      return new DumpstreamError('DS_INPUT', text, { cause: error })
    },
  })
}

const CUT = 'unexpected end'

/** What is wrong with the data; undefined if the error is not about the data, for example if the consumer has thrown it. */
function reasonOf(error: Error): string | undefined {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === 'Z_BUF_ERROR') return CUT
  if (/^(?:Z_|ZSTD_|ERR_ZLIB)/.test(code) || error instanceof PackedError) return error.message
  return undefined
}

/** A library reports that the data is not valid. */
class PackedError extends Error {}

interface Zstd {
  createZstdDecompress(options: { readonly chunkSize: number }): Duplex
}

/** The types are those of the oldest supported Node. */
function hasZstd(module: object): module is Zstd {
  return 'createZstdDecompress' in module
}

function zstdStream(name: string): Duplex {
  if (hasZstd(zlib)) return zlib.createZstdDecompress({ chunkSize: OUTPUT_BYTES })
  throw new DumpstreamError(
    'DS_INPUT',
    `${name}: zstd needs Node 22.15 or newer; this is ${process.versions.node}; use: zstd -dc FILE | dumpstream`,
  )
}

async function bzip2Stream(): Promise<Duplex> {
  const { default: unbzip2 } = await import('unbzip2-stream')
  const inner = unbzip2()
  let failure: PackedError | undefined
  const outer = new Transform({
    transform: (chunk, _encoding, done) => {
      inner.write(chunk)
      done(failure)
    },
    flush: (done) => {
      inner.end()
      done(failure)
    },
  })
  inner.on('data', (chunk: Uint8Array) => outer.push(chunk))
  inner.on('error', (error: Error) => {
    // When it runs out of bits, it throws a different error by reading past the end.
    failure ??= new PackedError(error.name === 'Bzip2Error' ? error.message : CUT)
  })
  return outer
}

async function xzStream(): Promise<Duplex> {
  const { XzReadableStream } = (await import('xz-decompress')).default
  return Duplex.from(async function* (packed: AsyncIterable<Uint8Array>) {
    const plain = Readable.fromWeb(new XzReadableStream(Readable.toWeb(Readable.from(packed))))
    try {
      for await (const chunk of plain) yield chunk
    } catch (error) {
      throw new PackedError(xzReason(error instanceof Error ? error.message : String(error)))
    }
  })
}

/** XZ Embedded's enum xz_ret; the message contains only the number. */
function xzReason(message: string): string {
  const code = /error code (\d)/.exec(message)?.[1]
  if (code === '8') return CUT
  return code === '7' ? 'corrupt data' : code === '5' ? 'not xz' : message
}
