/** The real dumps in test/golden/dumps, and what is known of each without the engine. */
import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { shareOf } from '../share.ts'

const FOLDER = new URL('./dumps/', import.meta.url)

export interface GoldenDump {
  /** File name without `.gz`. */
  readonly name: string
  readonly bytes: Buffer
}

export function goldenDumps(): GoldenDump[] {
  return readdirSync(FOLDER)
    .sort()
    .map((file) => {
      const bytes = readFileSync(new URL(file, FOLDER))
      return { name: file.replace(/\.gz$/, ''), bytes: file.endsWith('.gz') ? gunzipSync(bytes) : bytes }
    })
}

/** Those that are read in every carrier. */
export function tableDumps(): GoldenDump[] {
  return shareOf(goldenDumps())
}

export function goldenDump(name: string): Buffer {
  const found = goldenDumps().find((each) => each.name === name)
  if (found === undefined) throw new Error(`no golden dump ${name}`)
  return found.bytes
}

/** Go version and the rest of a name like `zoo-1.27-pprof1.txt`. */
export function versionOf(name: string): string {
  return /1\.\d+/.exec(name)?.[0] ?? '-'
}

/**
 * Goroutines in a dump by its text alone: headers in column 0, and the totals of profiles. Up to Go 1.22 the value of a panic may
 * hold a line that looks like a header; the files that do are `multiline`.
 */
export function trueGoroutines({ name, bytes }: GoldenDump): number {
  const text = bytes.toString('latin1')
  let count = text.match(/^goroutine \d+ (?:gp=\S+ m=\S+(?: mp=\S+)? )?\[/gm)?.length ?? 0
  for (const m of text.matchAll(/^goroutine(?:leak)? profile: total (\d+)$/gm)) count += Number(m[1])
  // goleak's header stands in the place of Go's.
  if (name.startsWith('goleak')) count = text.match(/^ *[[ ]Goroutine \d+ in state /gm)?.length ?? 0
  // Every line of the output is a string of `go test -json`.
  if (name.includes('panicjson')) count = text.match(/"Output":"goroutine \d+ \[/g)?.length ?? 0
  // klog indents a value of many lines by a TAB.
  if (name === 'klog-info.txt') count = 1
  return name.includes('multiline') ? 1 : count
}
