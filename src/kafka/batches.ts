/**
 * Batches of records as a broker sends them (https://kafka.apache.org/documentation/#messageformat), read without an object for each record.
 * The client makes six of each, which costs more than all that is done with a line of log; and it hands on what an aborted transaction has
 * written when the end of that transaction is not in the same answer.
 */

/** Where the fields of a batch are. */
const LENGTH_AT = 8
const MAGIC_AT = 16
const ATTRIBUTES_AT = 21
const LAST_DELTA_AT = 23
const FIRST_TIME_AT = 27
const MAX_TIME_AT = 35
const PRODUCER_AT = 43
const COUNT_AT = 57
const RECORDS_AT = 61
/** Its offset and its length are not counted in its length. */
const HEAD = 12
/** Since Kafka 0.11. */
const MAGIC = 2
/** Bits of its attributes. */
const COMPRESSION = 0x07
const LOG_APPEND_TIME = 0x08
const TRANSACTIONAL = 0x10
const CONTROL = 0x20
/** Second field of a control record's key: 0 ends a transaction whose records are not to be read. */
const ABORT = 0

export interface AbortedTransaction {
  readonly producerId: bigint
  readonly firstOffset: bigint
}

/** What a broker sent of one partition. */
export interface FetchedBatches {
  /** The last one may be cut. */
  readonly bytes: Buffer
  /** Those that have to do with them. */
  readonly aborted: readonly AbortedTransaction[]
}

/** By the bits of the attributes, as the client has it. */
export type Decompress = (compression: number, bytes: Buffer) => Buffer

/** Hands each batch to `take`, and returns what is fetched next: `from`, or one past the last batch. */
export function eachBatch(
  { bytes, aborted }: FetchedBatches,
  from: bigint,
  decompress: Decompress,
  take: (records: Records) => void,
): bigint {
  const open = [...aborted].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1))
  const skipped = new Set<bigint>()
  let next = from
  for (let at = 0; at + RECORDS_AT <= bytes.length; ) {
    const end = at + HEAD + bytes.readInt32BE(at + LENGTH_AT)
    if (end > bytes.length) break
    const batch = bytes.subarray(at, end)
    at = end
    if (batch[MAGIC_AT] !== MAGIC) throw new RangeError('messages of a form older than Kafka 0.11')
    const attributes = batch.readInt16BE(ATTRIBUTES_AT)
    const producerId = batch.readBigInt64BE(PRODUCER_AT)
    const last = batch.readBigInt64BE(0) + BigInt(batch.readInt32BE(LAST_DELTA_AT))
    while (open[0] !== undefined && open[0].firstOffset <= last) skipped.add(open.shift()?.producerId ?? 0n)
    if ((attributes & CONTROL) !== 0) {
      if (isAbort(batch)) skipped.delete(producerId)
    } else if ((attributes & TRANSACTIONAL) === 0 || !skipped.has(producerId)) take(new Records(batch, decompress))
    if (last >= next) next = last + 1n
  }
  return next
}

/** Control batches are not compressed. */
function isAbort(batch: Buffer): boolean {
  const record = new Records(batch, (_, bytes) => bytes)
  return record.next() && record.key.length >= 4 && record.bytes.readInt16BE(record.key.at + 2) === ABORT
}

/** Where something is in `bytes`. A length of -1 is Kafka's null. */
export interface Place {
  at: number
  length: number
}

/** The records of a batch, one at a time. */
export class Records {
  readonly firstOffset: bigint
  readonly #firstTime: number
  /** Of all of them, where the broker has given them their time. */
  readonly #appendTime: number | undefined
  readonly bytes: Buffer
  #left: number
  #at = 0
  #end = 0
  /** Of the record that `next` has read: its offset is `firstOffset + delta`. */
  delta = 0
  /** Milliseconds since the epoch; negative: none. */
  time = 0
  readonly key: Place = { at: 0, length: -1 }
  readonly value: Place = { at: 0, length: -1 }
  readonly #header: Place = { at: 0, length: -1 }

  constructor(batch: Buffer, decompress: Decompress) {
    const attributes = batch.readInt16BE(ATTRIBUTES_AT)
    this.firstOffset = batch.readBigInt64BE(0)
    this.#firstTime = Number(batch.readBigInt64BE(FIRST_TIME_AT))
    if ((attributes & LOG_APPEND_TIME) !== 0) this.#appendTime = Number(batch.readBigInt64BE(MAX_TIME_AT))
    this.#left = batch.readInt32BE(COUNT_AT)
    const packed = batch.subarray(RECORDS_AT)
    this.bytes = (attributes & COMPRESSION) === 0 ? packed : decompress(attributes & COMPRESSION, packed)
  }

  /** Goes to the next one; false: there is none. */
  next(): boolean {
    if (this.#left-- <= 0) return false
    this.#at = this.#end
    const length = this.#number()
    this.#end = this.#at + length
    if (length < 0 || this.#end > this.bytes.length) throw new RangeError('a message is longer than its batch')
    // Its attributes: none is defined.
    this.#at++
    const time = this.#firstTime + this.#number()
    this.time = this.#appendTime ?? time
    this.delta = this.#number()
    this.#place(this.key)
    this.#place(this.value)
    return true
  }

  header(name: string): Place | undefined {
    const header = this.#header
    for (let left = this.#number(); left > 0; left--) {
      this.#place(header)
      const isIt = this.textOf(header) === name
      this.#place(header)
      if (isIt) return header
    }
    return undefined
  }

  /** Empty for null. */
  textOf({ at, length }: Place): string {
    return length <= 0 ? '' : this.bytes.toString('utf8', at, at + length)
  }

  /** Goes past what a length is in front of. */
  #place(place: Place): void {
    place.length = this.#number()
    place.at = this.#at
    if (place.length > 0) this.#at += place.length
  }

  /** Seven bits a byte, the lowest first, the sign in the lowest bit. */
  #number(): number {
    const { bytes } = this
    let byte = bytes[this.#at++] ?? 0
    let value = byte & 0x7f
    // Not by shifts: times may have more than 32 bits.
    for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
      byte = bytes[this.#at++] ?? 0
      value += (byte & 0x7f) * scale
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
}
