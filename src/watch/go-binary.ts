/** Detects whether Go made an executable, by the sections of its ELF file (`go version` reads one of them, debug/buildinfo). */
import { closeSync, openSync, readSync } from 'node:fs'

/** A Go program has some 30 sections; C++ programs have had hundreds. */
const SECTIONS_MAX = 4_096
/** Total length of the section names, bytes. */
const NAMES_MAX = 256 << 10
/** The file header is 64 bytes long for 64 bit, 52 for 32 bit. */
const HEADER_BYTES = 64

/** `.note.go.buildid` exists since Go 1.5, `.go.buildinfo` since 1.13, `.gopclntab` also in programs that another linker has linked. */
const GO_SECTION = /(?:^|\0)\.(?:note\.go\.buildid|go\.buildinfo|gopclntab)\0/

/** Undefined if it is not an ELF file, or has no section names. Throws the errors of reading. */
export function isGoBinary(path: string): boolean | undefined {
  const fd = openSync(path, 'r')
  try {
    const names = sectionNames(fd)
    return names === undefined ? undefined : GO_SECTION.test(`${names}\0`)
  } finally {
    closeSync(fd)
  }
}

/** The string table of the section headers (elf(5)). */
function sectionNames(fd: number): string | undefined {
  const header = readAt(fd, 0, HEADER_BYTES)
  if (header === undefined || header.toString('latin1', 0, 4) !== '\x7fELF') return undefined
  const wide = header[4] === 2
  const little = header[5] === 1
  const u16 = (from: Buffer, at: number): number => (little ? from.readUInt16LE(at) : from.readUInt16BE(at))
  const u32 = (from: Buffer, at: number): number => (little ? from.readUInt32LE(at) : from.readUInt32BE(at))
  const word = (from: Buffer, at: number): number => {
    if (!wide) return u32(from, at)
    return Number(little ? from.readBigUInt64LE(at) : from.readBigUInt64BE(at))
  }
  const table = word(header, wide ? 0x28 : 0x20)
  const [size, count, names] = wide
    ? [u16(header, 0x3a), u16(header, 0x3c), u16(header, 0x3e)]
    : [u16(header, 0x2e), u16(header, 0x30), u16(header, 0x32)]
  if (table === 0 || count > SECTIONS_MAX || names >= count || size < (wide ? 0x28 : 0x18)) return undefined
  const section = readAt(fd, table + names * size, size)
  if (section === undefined) return undefined
  const offset = word(section, wide ? 0x18 : 0x10)
  const length = word(section, wide ? 0x20 : 0x14)
  return readAt(fd, offset, Math.min(length, NAMES_MAX))?.toString('latin1')
}

function readAt(fd: number, position: number, length: number): Buffer | undefined {
  if (!Number.isSafeInteger(position)) return undefined
  const bytes = Buffer.alloc(length)
  return readSync(fd, bytes, 0, length, position) === length ? bytes : undefined
}
