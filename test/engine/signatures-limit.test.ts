import { describe, expect, it } from 'vitest'
import type { DumpRecord, SignatureRecord } from '../../src/core/records.ts'
import { createEngine } from '../../src/engine/engine.ts'

/** `goroutines`: the number of the stack of each goroutine. */
function run(goroutines: readonly number[]) {
  const dumps: DumpRecord[] = []
  const signatures: SignatureRecord[] = []
  const faults: string[] = []
  const engine = createEngine({
    limits: { signatures: 10 },
    onRecord: (record) => {
      if (record.type === 'dump') dumps.push(record)
      if (record.type === 'signature') signatures.push(record)
    },
    onFault: ({ message }) => faults.push(message),
  })
  const text = goroutines.map((f, i) => `goroutine ${i + 1} [select]:\nmain.f${f}(0x1)\n\t/src/f${f}.go:71 +0xf7\n`)
  engine.push(Buffer.from(text.join('\n')))
  engine.end()
  return { dumps, signatures, faults }
}

describe('a dump with more signatures than the limit', () => {
  const each = Array.from({ length: 20 }, (_, f) => f)

  it('counts the goroutines of a stack without a signature, however many are consecutive', () => {
    const { dumps, signatures, faults } = run([...each, ...new Array<number>(3000).fill(15)])
    expect(faults).toEqual([])
    expect(dumps).toMatchObject([{ goroutines: 3020, signatures: 10, other: { count: 3010 }, limits: ['signatures'] }])
    expect(signatures.map(({ count }) => count)).toEqual(new Array<number>(10).fill(1))
  })

  it('continues to count those with a signature', () => {
    const { dumps, signatures } = run([...each, ...each, ...new Array<number>(3000).fill(3)])
    expect(dumps).toMatchObject([{ goroutines: 3040, other: { count: 20 } }])
    expect(signatures[0]).toMatchObject({ count: 3002 })
  })
})
