/**
 * Reads record batches as a broker sends them (https://kafka.apache.org/documentation/#messageformat), without an object for each record. The client
 * makes six objects per record, which costs more than everything else done with a line of log; and it passes on the records of an aborted
 * transaction if the end of that transaction is not in the same response.
 */

/** Offsets of the fields of a batch. */
const LENGTH_AT = 8
const MAGIC_AT = 16
const ATTRIBUTES_AT = 21
const LAST_DELTA_AT = 23
const FIRST_TIME_AT = 27
const MAX_TIME_AT = 35
const PRODUCER_AT = 43
const COUNT_AT = 57
const RECORDS_AT = 61
/** The length field of a batch does not count its offset and its length. */
const HEAD = 12
/** The format since Kafka 0.11. */
const MAGIC = 2
/** Bits of the attributes. */
const COMPRESSION = 0x07
const LOG_APPEND_TIME = 0x08
const TRANSACTIONAL = 0x10
const CONTROL = 0x20
/** Second field of a control record's key: 0 aborts a transaction, so its records must not be read. */
const ABORT = 0

export interface AbortedTransaction {
  readonly producerId: bigint
  readonly firstOffset: bigint
}

/** The response of a broker for one partition. */
export interface FetchedBatches {
  /** The last batch may be cut. */
  readonly bytes: Buffer
  /** The aborted transactions that affect these batches. */
  readonly aborted: readonly AbortedTransaction[]
}

/** `compression`: the bits of the attributes, as in the client. */
export type Decompress = (compression: number, bytes: Buffer) => Buffer

/** Passes each batch to `take`, and returns the next offset to fetch: `from`, or the one after the last batch. */
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
    if (batch[MAGIC_AT] !== MAGIC) throw new RangeError('a message format older than Kafka 0.11')
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

/** A range of `bytes`. A length of -1 is Kafka's null. */
export interface Place {
  at: number
  length: number
}

/** A cursor over the records of a batch. */
export class Records {
  readonly firstOffset: bigint
  readonly #firstTime: number
  /** The time of all records, if the broker has set it. */
  readonly #appendTime: number | undefined
  readonly bytes: Buffer
  #left: number
  #at = 0
  #end = 0
  /** The fields of the current record; its offset is `firstOffset + delta`. */
  delta = 0
  /** Milliseconds since the epoch; negative if there is none. */
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

  /** Moves to the next record; false if there is none. */
  next(): boolean {
    if (this.#left-- <= 0) return false
    this.#at = this.#end
    const length = this.#number()
    this.#end = this.#at + length
    if (length < 0 || this.#end > this.bytes.length) throw new RangeError('a message is longer than its batch')
    // Skip its attributes: none are defined.
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

  /** The text at a place; empty for null. */
  textOf({ at, length }: Place): string {
    return length <= 0 ? '' : this.bytes.toString('utf8', at, at + length)
  }

  /** Reads a length, and skips the bytes that follow it. */
  #place(place: Place): void {
    place.length = this.#number()
    place.at = this.#at
    if (place.length > 0) this.#at += place.length
  }

  /** Reads a zigzag varint: seven bits per byte, lowest first, with the sign in the lowest bit. */
  #number(): number {
    const { bytes } = this
    let byte = bytes[this.#at++] ?? 0
    let value = byte & 0x7f
    // Without shifts, because times can have more than 32 bits.
    for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
      byte = bytes[this.#at++] ?? 0
      value += (byte & 0x7f) * scale
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
}
