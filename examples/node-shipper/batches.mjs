/** What comes of one file, cut into batches: `lines`, JSON lines ready to be sent, and `records`. Bounded in lines, bytes and time. */
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as delay } from 'node:timers/promises'

const BATCH_LINES = 1_000
const BATCH_BYTES = 1 << 20
const BATCH_MS = 1_000
/** A longer line is sent in pieces. */
const LINE_CHARACTERS = 64 << 10

export async function* batches(file, items) {
  const iterator = items[Symbol.asyncIterator]()
  const decoder = new StringDecoder('utf8')
  let rest = ''
  let batch = new Batch(file)
  let next = iterator.next()
  for (;;) {
    const result = batch.empty ? await next : await inTime(next, batch.closesAt - Date.now())
    if (result === LATE) {
      yield batch
      batch = new Batch(file)
      continue
    }
    if (result.done) break
    if (Buffer.isBuffer(result.value)) {
      const lines = (rest + decoder.write(result.value)).split('\n')
      rest = lines.pop()
      for (const line of lines) {
        for (const piece of pieces(line)) {
          batch.addLine(piece)
          if (!batch.full) continue
          yield batch
          batch = new Batch(file)
        }
      }
      while (rest.length > LINE_CHARACTERS) {
        batch.addLine(rest.slice(0, LINE_CHARACTERS))
        rest = rest.slice(LINE_CHARACTERS)
      }
    } else batch.records.push(result.value)
    if (batch.full) {
      yield batch
      batch = new Batch(file)
    }
    next = iterator.next()
  }
  rest += decoder.end()
  if (rest !== '') batch.addLine(rest)
  if (!batch.empty) yield batch
}

class Batch {
  lines = []
  records = []
  bytes = 0
  closesAt = Date.now() + BATCH_MS
  #file

  constructor(file) {
    this.#file = file
  }

  get empty() {
    return this.lines.length === 0 && this.records.length === 0
  }

  get full() {
    return this.lines.length + this.records.length >= BATCH_LINES || this.bytes >= BATCH_BYTES
  }

  addLine(line) {
    const text = `${JSON.stringify({ file: this.#file, line })}\n`
    this.lines.push(text)
    this.bytes += text.length
  }
}

const LATE = Symbol('late')

async function inTime(promise, milliseconds) {
  const stop = new AbortController()
  const late = delay(Math.max(0, milliseconds), LATE, { signal: stop.signal }).catch(() => LATE)
  try {
    return await Promise.race([promise, late])
  } finally {
    stop.abort()
  }
}

function* pieces(line) {
  for (let at = 0; at === 0 || at < line.length; at += LINE_CHARACTERS) yield line.slice(at, at + LINE_CHARACTERS)
}
