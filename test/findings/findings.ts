/** The findings of a text. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { FindingRecord } from '../../src/core/records.ts'
import { createEngine } from '../../src/engine/engine.ts'

export function findings(text: string | Buffer, chunk: number = 1 << 20): FindingRecord[] {
  const found: FindingRecord[] = []
  const engine = createEngine({
    onRecord: (record) => {
      if (record.type === 'finding') found.push(record)
    },
  })
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += chunk) engine.push(bytes.subarray(at, at + chunk))
  engine.end()
  return found
}

export interface Written {
  readonly state: string
  /** `main.(*store).get(0xc000010000)`, innermost first. */
  readonly calls: readonly string[]
  /** `main.start in goroutine 7`. */
  readonly by?: string
}

/** The text of a dump; the first goroutine is the one that writes it. */
export function dumpOf(goroutines: readonly Written[]): string {
  const all = [{ state: 'running', calls: ['debug.write()'] }, ...goroutines]
  return all
    .map(({ state, calls, by }: Written, i) => {
      const frames = calls.map((call) => `${call}\n\t/srv/app/${call.replace(/\W/g, '')}.go:9 +0x1d\n`).join('')
      return `goroutine ${i + 1} [${state}]:\n${frames}${by === undefined ? '' : `created by ${by}\n\t/srv/app/main.go:5 +0x1d\n`}`
    })
    .join('\n')
}

export const times = <T>(count: number, each: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => each(i))

/** The findings of a real dump: test/findings/hangs/main.go with the argument `name`, after SIGQUIT. The finding about SIGQUIT is left out. */
export function findingsOf(name: string): FindingRecord[] {
  const dump = gunzipSync(readFileSync(new URL(`./hangs/${name}.txt.gz`, import.meta.url)))
  return findings(dump).filter(({ finding }) => finding !== 'crash')
}
