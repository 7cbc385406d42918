/** The sink that writes the records in the format that was asked for. */
import type { LastDumpsOptions } from '../sinks/last-dumps.ts'
import { PrintedStacks } from '../sinks/narrow.ts'
import type { Output } from '../sinks/output.ts'
import type { RecordSink } from '../sinks/sink.ts'
import type { ProfileFormat } from './choices.ts'
import { isProfile, type RunOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

/** Undefined for `--format none`. */
export async function openPrinter(
  options: RunOptions,
  output: Output,
  terminal: Terminal,
): Promise<RecordSink | undefined> {
  const { format, narrowing } = options
  const stacks = new PrintedStacks(options.stacks)
  if (format === 'none') return undefined
  if (isProfile(format))
    return await openProfile(format, output, { narrowing, complain: (line) => terminal.complain(line) })
  if (format === 'html') {
    const { HtmlSink } = await import('../sinks/html/sink.ts')
    return new HtmlSink(output, { sourceUrl: options.sourceUrl })
  }
  if (format === 'jsonl') {
    const { JsonlSink } = await import('../sinks/jsonl.ts')
    return new JsonlSink(output, { narrowing, stacks, framed: options.passLogs && options.out === undefined })
  }
  const { makePaint } = await import('../sinks/style.ts')
  const { TextSink } = await import('../sinks/text.ts')
  const width = (): number =>
    options.out === undefined ? (terminal.columns('stdout') ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY
  return new TextSink(output, { narrowing, stacks, paint: makePaint(options.color), width })
}

async function openProfile(format: ProfileFormat, output: Output, options: LastDumpsOptions): Promise<RecordSink> {
  if (format === 'folded') {
    const { FoldedSink } = await import('../sinks/folded.ts')
    return new FoldedSink(output, options)
  }
  const { PprofSink } = await import('../sinks/pprof/sink.ts')
  return new PprofSink(output, options)
}
