/** The frames of Docker's API: lines that do not end, and what is not a frame. */
import { expect, it } from 'vitest'
import { createEngine } from '../../src/engine/engine.ts'
import { Multiplexed } from '../../src/forms/encodings.ts'
import { RECORD_BYTES } from '../../src/forms/form.ts'

function frame(stream: number, text: string): Buffer {
  const payload = Buffer.from(text)
  const head = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0])
  head.writeUInt32BE(payload.length, 4)
  return Buffer.concat([head, payload])
}

const DUMP = 'goroutine 1 [running]:\nmain.main()\n\t/app/main.go:3 +0x1d\n'

it('a line that never ends goes out in pieces, however small its frames are', () => {
  const lines: number[] = []
  const form = new Multiplexed({ line: (text) => lines.push(text.length), frame: () => {}, fault: () => {} })
  const one = frame(1, 'x'.repeat(16 << 10))
  for (let bytes = 0; bytes < 3 * RECORD_BYTES; bytes += 16 << 10) form.push(one)
  expect(lines).toHaveLength(3)
})

it.each([1, 7, 1 << 16])('goes on with the next frame behind what is not one, in chunks of %d bytes', (size) => {
  const input = Buffer.concat([frame(1, 'served\n'), Buffer.from('not a frame'), frame(2, DUMP), frame(1, 'served\n')])
  const records: unknown[] = []
  const log: Buffer[] = []
  const engine = createEngine({
    onRecord: (record) => records.push(record),
    onLog: (bytes) => log.push(Buffer.from(bytes)),
  })
  for (let at = 0; at < input.length; at += size) engine.push(input.subarray(at, at + size))
  engine.end()
  expect(records[0]).toMatchObject({ type: 'dump', goroutines: 1, damaged: 0 })
  expect(Buffer.concat(log).toString()).toBe(`${frame(1, 'served\n')}not a frame${frame(1, 'served\n')}`)
  expect(engine.faults).toEqual(['bytes that are not a frame in the Docker stream'])
})
