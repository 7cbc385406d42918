/**
 * Packed inputs, one in the other, whole and damaged, read in one piece and in several: both give the same members, what is damaged gives a part
 * of what was there, and what is said of it is said as an error of ours.
 */
import { gzipSync } from 'node:zlib'
import { DumpstreamError } from '../../src/core/errors.ts'
import { LIMITS, type Limits } from '../../src/core/limits.ts'
import { Gate } from '../../src/input/gate.ts'
import { BZIP2, retyped, tarOf, XZ, zipOf } from '../input/packed.ts'
import { type Cuts, type Fault, randomCuts } from './check.ts'
import { damage, generate } from './generate.ts'
import type { Random } from './random.ts'

const MEMBERS = 4
const HANGS_MS = 20_000
const NAMES = [
  'app.log',
  'node-1/app.log',
  'node-1/',
  '',
  '__proto__',
  '../../etc/passwd',
  'a\u0000b\u001b[31m',
  'app.log.gz',
]
const TYPEFLAGS = [...'01234567gxLKSVMDN\0']
const SMALL_LIMITS: Partial<Limits> = { packings: 2, members: 2, unpackedRatio: 2, unpackedBytes: 2_000 }

interface Read {
  /** Member, as often as it began, and its bytes. */
  readonly members: readonly (readonly [string, string])[]
  readonly said: readonly string[]
}

export interface Checked {
  readonly fault: Fault
  readonly bytes: Buffer
}

/** One input, by the numbers that come. */
export async function checkArchive(random: Random): Promise<Checked> {
  const members: Record<string, Uint8Array> = {}
  for (let i = random.below(MEMBERS); i >= 0; i--)
    Object.assign(members, { [random.pick(NAMES)]: await packed(random) })
  let bytes = await archive(random, members)
  while (random.once(4)) bytes = random.once(2) ? gzipSync(bytes) : await archive(random, { 'inner.tar': bytes })
  const isWhole = random.once(2)
  if (!isWhole)
    do bytes = damage(random, bytes)
    while (random.once(2))
  const limits = random.once(6) ? { ...LIMITS, ...SMALL_LIMITS } : LIMITS
  let first: Fault
  const fault = (what: string): void => {
    first ??= what
  }
  const whole = await read(bytes, [], limits, fault)
  const parts = await read(bytes, randomCuts(random, bytes.length), limits, fault)
  // What a decompressor has in hand when it meets the damage may come out, or not.
  if (isWhole && limits === LIMITS) {
    if (JSON.stringify(whole) !== JSON.stringify(parts))
      fault(`differs in chunks\n  whole: ${JSON.stringify(whole)}\n  parts: ${JSON.stringify(parts)}`)
  } else if (!isAlike(whole, parts))
    fault(`other bytes in chunks\n  whole: ${JSON.stringify(whole)}\n  parts: ${JSON.stringify(parts)}`)
  return { fault: first, bytes }
}

/** Do the members that both have begin alike? Of one that is damaged, nothing may have come. */
function isAlike(one: Read, other: Read): boolean {
  const others = byName(other)
  return [...byName(one)].every(([name, texts]) => {
    const same = others.get(name)
    if (same?.length !== texts.length) return true
    return texts.every((text, i) => text.startsWith(same[i] ?? '') || same[i]?.startsWith(text) === true)
  })
}

function byName({ members }: Read): Map<string, string[]> {
  const texts = new Map<string, string[]>()
  for (const [name, text] of members) texts.set(name, [...(texts.get(name) ?? []), text])
  return texts
}

async function packed(random: Random): Promise<Uint8Array> {
  const { bytes } = generate(random)
  switch (random.below(8)) {
    case 0:
      return gzipSync(bytes)
    case 1:
      return Buffer.concat([gzipSync(bytes), gzipSync('second\n'), Buffer.alloc(random.below(600))])
    case 2:
      return random.once(2) ? BZIP2 : XZ
    case 3:
      return await archive(random, { 'deep.log': bytes })
    default:
      return bytes
  }
}

async function archive(random: Random, members: Readonly<Record<string, Uint8Array>>): Promise<Buffer> {
  if (random.once(2)) return zipOf(members, { streamed: random.once(2), stored: random.once(3) })
  let tar = await tarOf(members)
  if (random.once(4)) tar = retyped(tar, random.pick(TYPEFLAGS))
  return random.once(2) ? gzipSync(tar) : tar
}

async function read(bytes: Buffer, cuts: Cuts, limits: Limits, fault: (what: string) => void): Promise<Read> {
  const members: [string, string][] = [['', '']]
  const said: string[] = []
  const gate = new Gate(
    'input',
    {
      onChunk: (chunk) => {
        const last = members.at(-1)
        if (last !== undefined) last[1] += Buffer.from(chunk).toString('latin1')
      },
      onMember: (name) => members.push([name, '']),
      onNotice: (line) => said.push(line),
      onFault: (error) => said.push(error.message),
    },
    limits,
  )
  const reading = async (): Promise<void> => {
    let from = 0
    for (const cut of [...cuts, bytes.length]) {
      const piece = Buffer.from(bytes.subarray(from, cut))
      await gate.push(piece)
      piece.fill(0x2a)
      from = cut
    }
    await gate.end()
  }
  let timer: NodeJS.Timeout | undefined
  const hangs = new Promise<void>((_, reject) => {
    timer = setTimeout(() => reject(new Error('hangs')), HANGS_MS)
  })
  try {
    await Promise.race([reading(), hangs])
  } catch (error) {
    if (error instanceof DumpstreamError) said.push(error.message)
    else fault(`throws: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  } finally {
    clearTimeout(timer)
    gate.close()
  }
  return { members, said }
}
