/**
 * A profile for https://www.speedscope.app, with goroutines as samples: the last dump of each source, at the end of the run. The format is its
 * file-format-schema.json.
 */
import { VERSION } from '../core/version.ts'
import {
  type LastDump,
  type LastDumpsOptions,
  LastDumpsSink,
  OTHER,
  othersOf,
  readFrame,
  type StackFrame,
} from './last-dumps.ts'
import type { LineOutput } from './output.ts'
import { inertJson, printable } from './printable.ts'

const SCHEMA = 'https://www.speedscope.app/file-format-schema.json'

interface Frame {
  readonly name: string
  readonly file?: string
  readonly line?: number
}

export class SpeedscopeSink extends LastDumpsSink {
  readonly #output: LineOutput
  readonly #frames: Frame[] = []
  /** Name, file and line → index in the shared frames. */
  readonly #indexes = new Map<string, number>()

  constructor(output: LineOutput, options: LastDumpsOptions) {
    super(options)
    this.#output = output
  }

  protected override write(dumps: readonly LastDump[]): void {
    const profiles = dumps.map((last) => this.#profile(last))
    const [first] = profiles
    const file = {
      $schema: SCHEMA,
      exporter: `dumpstream ${VERSION}`,
      name: first?.name,
      activeProfileIndex: 0,
      shared: { frames: this.#frames },
      profiles,
    }
    this.#output.writeLines(`${inertJson(file)}\n`)
  }

  #profile(last: LastDump) {
    const samples: number[][] = []
    const weights: number[] = []
    const add = (frames: readonly StackFrame[], count: number): void => {
      samples.push(frames.map((frame) => this.#index(frame)))
      weights.push(count)
    }
    for (const { stack = [], function: name, file = '', line = 0, count } of last.signatures)
      add(stack.length === 0 ? [{ function: name, file, line }] : stack.map(readFrame).reverse(), count)
    const others = othersOf(last, this.narrowing)
    if (others > 0) add([{ function: OTHER, file: '', line: 0 }], others)
    return {
      type: 'sampled' as const,
      name: `${printable(last.dump.source)} dump ${last.dump.dump}, goroutines`,
      unit: 'none' as const,
      startValue: 0,
      endValue: weights.reduce((sum, weight) => sum + weight, 0),
      samples,
      weights,
    }
  }

  #index({ function: name, file, line }: StackFrame): number {
    const key = `${name}\n${file}\n${line}`
    const known = this.#indexes.get(key)
    if (known !== undefined) return known
    const index = this.#frames.length
    this.#indexes.set(key, index)
    this.#frames.push({
      name: printable(name),
      ...(file === '' ? {} : { file: printable(file), ...(line === 0 ? {} : { line }) }),
    })
    return index
  }
}
