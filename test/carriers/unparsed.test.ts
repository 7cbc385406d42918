/** The log of a container runtime that a shipper has put into its records as it is. */
import { describe, expect, it } from 'vitest'
import type { DumpRecord } from '../../src/core/records.ts'
import { feed } from '../property/weave.ts'
import { TIME, WRAPS, wrapLines } from './weave.ts'

const DUMP = `goroutine 7 [running]:
shop/cart.(*Cart).Total(0xc000010030, {0x1, 0x2})
	/src/shop/cart/cart.go:42 +0x1a4
main.run(...)
	/src/shop/main.go:18

goroutine 18 [chan receive, 3 minutes]:
shop/mail.(*Queue).loop(0xc000020000)
	/src/shop/mail/queue.go:77 +0x8d
`
const LOG = 'GET /cart 200 1.8ms\nlevel=info msg="order placed" items=3\n'

function read(text: string): { dumps: DumpRecord[]; ids: unknown[]; log: string } {
  const { records, log } = feed([Buffer.from(text)])
  const ids = records.flatMap((each) => (each.type === 'signature' ? [[each.id, each.count]] : []))
  return { dumps: records.filter((each): each is DumpRecord => each.type === 'dump'), ids, log: log.toString() }
}

const FORMS: Readonly<Record<string, string>> = {
  'a dump': DUMP,
  'a dump after a label': `2026/11/24 05:00:00 recovered: ${DUMP}`,
  'a value of klog': `E1124 08:17:51.515399       1 m.go:18] "Observed a panic" stack=<\n${DUMP.replace(/^(?!$)/gm, '\t')} >\n`,
  'a record of a logger': `${JSON.stringify({ level: 'error', msg: 'boom', stack: DUMP })}\n`,
}
const SHIPPERS = ['fluent bit', 'fluentd', 'vector', 'json message'] as const
const RUNTIMES = ['cri', 'docker'] as const
const { ids } = read(DUMP)

describe.each(SHIPPERS.flatMap((shipper) => RUNTIMES.map((runtime) => [shipper, runtime] as const)))(
  'in records of %s that hold lines of %s',
  (shipper, runtime) => {
    const wrapped = (text: string): string =>
      wrapLines(wrapLines(text, WRAPS[runtime] ?? String), WRAPS[shipper] ?? String)

    it.each(Object.entries(FORMS))('%s is found', (_, form) => {
      const found = read(wrapped(`${LOG}${form}${LOG}`))
      expect(found.dumps).toMatchObject([
        { goroutines: 2, damaged: 0, truncated: false, time: '2026-11-24T05:00:00.123Z' },
      ])
      expect(found.ids).toEqual(ids)
      expect(found.log.startsWith(wrapped(LOG)) && found.log.endsWith(wrapped(LOG))).toBe(true)
    })
  },
)

it('a line that the runtime has cut is put together', () => {
  const [header = '', frame = '', ...lines] = DUMP.split('\n')
  const cri = (tag: string, text: string): string =>
    JSON.stringify({ log: `${TIME} stderr ${tag} ${text}`, tag: 'web' })
  const text = [
    cri('F', header),
    cri('P', frame.slice(0, 9)),
    cri('F', frame.slice(9)),
    ...lines.map((line) => cri('F', line)),
  ].join('\n')
  expect(read(`${text}\n`)).toMatchObject({ ids, dumps: [{ attributes: { 'log.iostream': 'stderr' } }] })
})

it('a record that holds several lines is not taken for one of the runtime', () => {
  const cri = DUMP.split('\n').map((line) => `${TIME} stderr F ${line}`)
  const record = `${JSON.stringify({ log: `${cri.join('\n')}\n`, tag: 'web' })}\n`
  for (const { bytes } of read(`${record}${LOG}`).dumps) expect(bytes[1]).toBeGreaterThan(bytes[0])
})
