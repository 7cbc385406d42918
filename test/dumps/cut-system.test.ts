/** A dump with the frames of the runtime, cut anywhere: each stack has its own end, and so shows by itself that it was cut. */
import { expect, it } from 'vitest'
import { goldenDump } from '../golden/dumps.ts'
import { readDumps } from './reader.ts'

const DUMP = goldenDump('tb-1.27-quit-all.txt').toString('latin1').trimEnd()
const LOG = '2026/11/24 08:14:00 std logger line 1\n'
/** Cuts that leave a stack complete: at the end of a goroutine, in the registers of the last frame, in the offset of its creator. */
const SEEMS_WHOLE =
  /(?:\n(?:g|go|gor|c|cr|cre)?|\n[a-z][a-z0-9]+ +0x[0-9a-f]+|\/asm_amd64\.s:1264 \+0x1(?: fp=0x\w+(?: sp=0x\w+(?: pc=0x\w+)?)?)?|\.go:\d+ ?(?:\+(?:0x?[0-9a-f]*)?)?)$/
const STEP = 97

function read(text: string): { signatures: Map<unknown, number>; truncated: boolean; first: number } {
  const { dumps } = readDumps(Buffer.from(text, 'latin1'))
  const signatures = new Map((dumps[0]?.signatures ?? []).map(({ signature, count }) => [signature.id, count]))
  return { signatures, truncated: dumps[0]?.truncated === true, first: dumps.length }
}

it('a cut dump with the frames of the runtime was not truncated, and its last goroutine had a stack that does not exist', () => {
  const whole = read(`${DUMP}\n`)
  for (let at = DUMP.indexOf('\n', DUMP.indexOf('\tmain')) + 250; at < DUMP.length; at += STEP) {
    const head = DUMP.slice(0, at).trimEnd()
    if (SEEMS_WHOLE.test(head)) continue
    const cut = read(`${head}\n${LOG}`)
    const what = head.slice(-60)
    expect([what, cut.truncated]).toEqual([what, true])
    for (const [id, count] of cut.signatures)
      expect([what, (whole.signatures.get(id) ?? 0) >= count]).toEqual([what, true])
  }
})

it.each(['created by main.main in gor', 'created by main.main in goroutine ', 'goroutine 20 g', 'goroutine 20 gp=0'])(
  'a dump cut in the line %j is truncated',
  (head) => {
    const stack = 'goroutine 7 [running]:\nmain.g(0x1)\n\t/app/main.go:12 +0x1d\n'
    const created = head.startsWith('c') ? '' : 'created by main.main in goroutine 1\n\t/app/main.go:30 +0x20\n\n'
    const { dumps } = readDumps(Buffer.from(`${stack}${created}${head}\n${LOG}`))
    expect(dumps).toMatchObject([{ goroutines: 1, truncated: true }])
  },
)
