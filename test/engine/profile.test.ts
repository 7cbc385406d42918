/** The text of debug=1: records seen before are compared as a whole, and text between their lines is not lost. */
import { describe, expect, it } from 'vitest'
import { createEngine, type DumpRecord } from '../../src/index.ts'

const LEAK = ['#\t0x487c09\tmain.leak+0x18\t/app/main.go:124', '#\t0x4176cd\tmain.main+0x2a\t/app/main.go:31']
const RECORD = ['40 @ 0x487c0a 0x4176ce', ...LEAK]
const OTHER = ['2 @ 0x526bb9', '#\t0x526bb8\tmain.serve+0x9\t/app/serve.go:7']
const profile = (...records: readonly (readonly string[])[]): string =>
  `goroutine profile: total 42\n${records.map((lines) => `${lines.join('\n')}\n`).join('\n')}\n`

/** The goroutines of each dump by signature, and the log. */
function read(text: string, chunk: number): { counts: string[]; log: string } {
  const counts: string[] = []
  const log: Buffer[] = []
  const engine = createEngine({
    stacks: 'never',
    onRecord: (record) => {
      if (record.type === 'dump') counts.push(`dump ${(record as DumpRecord).goroutines}`)
      if (record.type === 'signature') counts.push(`${record.count} ${record.id}`)
    },
    onLog: (bytes) => log.push(Buffer.from(bytes)),
  })
  // One buffer for all chunks, as a shell may reuse it.
  const bytes = Buffer.from(text)
  const room = Buffer.alloc(chunk)
  for (let at = 0; at < bytes.length; at += chunk)
    engine.push(room.subarray(0, bytes.copy(room, 0, at, Math.min(at + chunk, bytes.length))))
  engine.end()
  return { counts, log: Buffer.concat(log).toString() }
}

const first = profile(RECORD, OTHER)

describe.each([7, 64, 130, 1 << 16])('in chunks of %i bytes', (chunk) => {
  const plain = read(first, 1 << 16).counts

  it('the same records again are the same signatures', () => {
    expect(plain[0]).toBe('dump 42')
    expect(read(first + first + first, chunk)).toEqual({ counts: [...plain, ...plain, ...plain], log: '' })
  })

  it('a log line within a known record stays in the log', () => {
    const [head = '', one = '', two = ''] = RECORD
    const again = profile([head, one, 'level=info msg=hello', two], OTHER)
    expect(read(first + again, chunk)).toEqual({ counts: [...plain, ...plain], log: 'level=info msg=hello\n' })
  })

  it('log lines after a record, before and after the empty line, stay in the log', () => {
    const again = profile([...RECORD, 'a log line'], ['another', ...OTHER])
    const { counts, log } = read(first + again, chunk)
    expect(counts).toEqual([...plain, ...plain])
    expect(log).toContain('a log line\n')
    expect(log).toContain('another\n')
  })

  it('labels of a record that was known without labels are read', () => {
    const [head = '', ...frames] = RECORD
    const again = profile([head, '# labels: {"handler":"/api"}', ...frames], OTHER)
    expect(read(first + again, chunk)).toEqual({ counts: [...plain, ...plain], log: '' })
  })
})
