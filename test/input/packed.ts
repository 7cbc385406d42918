/** Packed inputs, made by node:zlib and by hand, so that each of their bytes can be spoilt. */
import { crc32, deflateRawSync } from 'node:zlib'
import { pack } from 'tar-stream'

export type Members = Readonly<Record<string, string | Uint8Array>>

export interface ZipOptions {
  /** As Go's archive/zip and `cat FILE | zip -` do: lengths and checksum are after the data. */
  readonly streamed?: boolean
  readonly stored?: boolean
  readonly flags?: number
  readonly method?: number
}

/** A zip (PKWARE's APPNOTE), with a directory at its end. */
export function zipOf(members: Members, options: ZipOptions = {}): Buffer {
  const parts: Buffer[] = []
  for (const [name, content] of Object.entries(members)) {
    const plain = Buffer.from(content)
    const data = options.stored === true ? plain : deflateRawSync(plain)
    const streamed = options.streamed === true
    const flags = (options.flags ?? 0) | (streamed ? 8 : 0)
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x04034b50, 0)
    header.writeUInt16LE(20, 4)
    header.writeUInt16LE(flags, 6)
    header.writeUInt16LE(options.method ?? (options.stored === true ? 0 : 8), 8)
    if (!streamed) {
      header.writeUInt32LE(crc32(plain), 14)
      header.writeUInt32LE(data.length, 18)
      header.writeUInt32LE(plain.length, 22)
    }
    header.writeUInt16LE(Buffer.byteLength(name), 26)
    parts.push(header, Buffer.from(name), data)
    if (!streamed) continue
    const descriptor = Buffer.alloc(16)
    descriptor.writeUInt32LE(0x08074b50, 0)
    descriptor.writeUInt32LE(crc32(plain), 4)
    descriptor.writeUInt32LE(data.length, 8)
    descriptor.writeUInt32LE(plain.length, 12)
    parts.push(descriptor)
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  return Buffer.concat([...parts, end])
}

export async function tarOf(members: Members): Promise<Buffer> {
  const tar = pack()
  for (const [name, content] of Object.entries(members)) tar.entry({ name }, Buffer.from(content))
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar) if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** `goroutine dump`, a line, by bzip2(1) and xz(1): nothing here compresses so. */
export const BZIP2: Buffer = Buffer.from(
  'QlpoOTFBWSZTWawyerMAAAJRgAAQQAAGo9YAIAAxANABTANGgdrfSAdMFeF3JFOFCQrDJ6sw',
  'base64',
)
export const XZ: Buffer = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAOZ29yb3V0aW5lIGR1bXAKAAA5SWqGvU9WBAABJw/fGvxqH7bzfQEAAAAABFla',
  'base64',
)

/** A tar whose first member has another type (ustar's `typeflag`): a folder with content, a link with content. */
export function retyped(tar: Buffer, typeflag: string): Buffer {
  const other = Buffer.from(tar)
  other.write(typeflag, 156, 'latin1')
  other.fill(' ', 148, 156)
  const sum = other.subarray(0, 512).reduce((a, b) => a + b, 0)
  other.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return other
}
