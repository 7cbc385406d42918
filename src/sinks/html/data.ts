/** The data for the page's script: in a compact form and compressed, since it is as large as the rest of the page. */
import { deflateRawSync } from 'node:zlib'
import { readFrame } from '../last-dumps.ts'
import { verdictWord } from '../names.ts'
import type { Report, SourceReport } from '../report/report.ts'
import type { DataDump, DataSignature, PageData, SourceData } from './data-format.ts'
import { packageOf, type SourceLinks } from './links.ts'

/** Base64 of the deflated JSON: nothing in it can end the element that contains it. */
export function packData(data: PageData): string {
  return deflateRawSync(JSON.stringify(data), { level: 9 }).toString('base64')
}

export function pageData(report: Report, shown: readonly SourceReport[], links: SourceLinks): PageData {
  const functions = new Interned()
  const files = new Interned()
  const sources = shown.map((source) => sourceData(source, functions, files))
  return {
    sources,
    functions: functions.all,
    files: files.all,
    urls: files.all.map((file) => links.urlOf(file) ?? ''),
    sourcesInAll: report.sources.length,
  }
}

function sourceData(source: SourceReport, functions: Interned, files: Interned): SourceData {
  return {
    source: source.source,
    last: source.dumps.indexOf(source.last),
    dumps: source.dumps.map(
      ({ dump, fresh, whole, others }): DataDump => ({
        n: dump.dump,
        t: dump.time === undefined ? 0 : Date.parse(dump.time),
        g: dump.goroutines,
        o: others,
        f: fresh ? 1 : 0,
        w: whole ? 1 : 0,
      }),
    ),
    signatures: source.signatures.map(({ record, counts, examples }): DataSignature => {
      const stack = (record.stack ?? []).flatMap((text) => {
        const frame = readFrame(text)
        return [functions.index(frame.function), frame.file === '' ? -1 : files.index(frame.file), frame.line]
      })
      return {
        i: record.id,
        f: functions.index(record.function),
        p: packageOf(record.function),
        v: verdictWord(record),
        s: Object.keys(record.states),
        l: Object.entries(record.labels ?? {}).flatMap(([key, values]) =>
          Object.keys(values).map((value) => `${key}=${value}`),
        ),
        c: counts,
        k: stack,
        e: examples.map(({ goroutine, state, wait_minutes: wait }) => ({
          g: goroutine,
          s: wait === undefined ? state : `${state}, ${wait} minutes`,
        })),
      }
    }),
  }
}

class Interned {
  readonly all: string[] = []
  readonly #indices = new Map<string, number>()

  index(text: string): number {
    let index = this.#indices.get(text)
    if (index === undefined) {
      index = this.all.length
      this.all.push(text)
      this.#indices.set(text, index)
    }
    return index
  }
}
