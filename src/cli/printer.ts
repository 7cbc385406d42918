/** The sink that writes the records in the chosen format. */
import { appendFileSync } from 'node:fs'
import { writeErrorText } from '../core/system-error.ts'
import type { LastDumpsOptions } from '../sinks/last-dumps.ts'
import { PrintedStacks } from '../sinks/narrow.ts'
import type { Output } from '../sinks/output.ts'
import type { FleetKey } from '../sinks/report/fleet.ts'
import type { RecordSink } from '../sinks/sink.ts'
import type { UrlOf } from '../sinks/style.ts'
import { isHandedOver, type ProfileFormat, type ReportFormat } from './choices.ts'
import { isProfile, type RunOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

/** Width of text that does not go to a terminal. */
const PIPE_COLUMNS = 120

export interface PrinterSetup {
  readonly options: RunOptions
  readonly output: Output
  readonly terminal: Terminal
  /** The inputs are files that are read to their end. */
  readonly readsToEnd: boolean
  /** The command itself prints a verdict at the end. */
  readonly isJudged: boolean
}

/** Undefined for `--format none`. */
export async function openPrinter(setup: PrinterSetup): Promise<RecordSink | undefined> {
  const { options, output, terminal } = setup
  const { format, narrowing } = options
  if (format === 'none') return undefined
  if (isProfile(format))
    return await openProfile(format, output, { narrowing, complain: (line) => terminal.complain(line) })
  if (isHandedOver(format)) return await openReport(format, setup)
  if (format === 'text') return await openText(setup)
  const key = fleetKey(options)
  if (key !== undefined) {
    const { fleetJson, ReportSink } = await import('../sinks/report/sink.ts')
    return new ReportSink(output, (report) => fleetJson(report, key, narrowing.top))
  }
  const { JsonlSink } = await import('../sinks/jsonl.ts')
  const stacks = new PrintedStacks(options.stacks)
  return new JsonlSink(output, { narrowing, stacks, framed: options.passLogs && options.out === undefined })
}

/** Undefined if every source is shown separately. */
export function fleetKey({ by }: RunOptions): FleetKey | undefined {
  return by === undefined || by.by === 'source' ? undefined : by
}

async function openText({ options, output, terminal, readsToEnd, isJudged }: PrinterSetup): Promise<RecordSink> {
  const { makePaint } = await import('../sinks/style.ts')
  const onTerminal = options.out === undefined && terminal.stdoutIsTerminal
  const text = {
    narrowing: options.narrowing,
    stacks: new PrintedStacks(options.stacks),
    quiet: options.quiet,
    summary: !isJudged,
    paint: makePaint(options.color, onTerminal && options.color ? await openLinks(options) : undefined),
    width: () => (onTerminal ? (terminal.columns('stdout') ?? PIPE_COLUMNS) : PIPE_COLUMNS),
    height: () => (onTerminal ? terminal.rows() : undefined),
  }
  if (readsToEnd || options.by !== undefined) {
    const { ReportTextSink } = await import('../sinks/report/text.ts')
    return new ReportTextSink(output, { ...text, by: options.by })
  }
  const { TextSink } = await import('../sinks/text.ts')
  return new TextSink(output, text)
}

/** Undefined if the terminal does not support links. */
async function openLinks({ sourceUrl }: RunOptions): Promise<UrlOf | undefined> {
  const { openSourceLinks } = await import('./links.ts')
  return openSourceLinks(sourceUrl)
}

async function openProfile(format: ProfileFormat, output: Output, options: LastDumpsOptions): Promise<RecordSink> {
  switch (format) {
    case 'folded': {
      const { FoldedSink } = await import('../sinks/folded.ts')
      return new FoldedSink(output, options)
    }
    case 'speedscope': {
      const { SpeedscopeSink } = await import('../sinks/speedscope.ts')
      return new SpeedscopeSink(output, options)
    }
    case 'pprof': {
      const { PprofSink } = await import('../sinks/pprof/sink.ts')
      return new PprofSink(output, options)
    }
  }
}

async function openReport(format: ReportFormat, { options, output, terminal }: PrinterSetup): Promise<RecordSink> {
  const { ReportSink } = await import('../sinks/report/sink.ts')
  if (format === 'html') {
    const { documentText } = await import('../sinks/html/document.ts')
    const page = { sourceUrl: options.sourceUrl, by: fleetKey(options), live: false }
    return new ReportSink(output, (report) => documentText(report, page))
  }
  const { markdownText } = await import('../sinks/report/markdown.ts')
  const markdown = { files: options.files, key: fleetKey(options) ?? ({ by: 'signature' } as const) }
  switch (format) {
    case 'markdown':
      return new ReportSink(output, (report) => markdownText(report, markdown))
    case 'github': {
      const { githubText } = await import('../sinks/report/github.ts')
      return new ReportSink(output, (report) => {
        appendSummary(markdownText(report, markdown), terminal)
        return githubText(report, terminal.env.GITHUB_WORKSPACE)
      })
    }
    case 'junit': {
      const { junitText } = await import('../sinks/report/junit.ts')
      return new ReportSink(output, junitText)
    }
    case 'sarif': {
      const { sarifText } = await import('../sinks/report/sarif.ts')
      return new ReportSink(output, sarifText)
    }
  }
}

/** Appends to the job summary of GitHub Actions: Markdown, in a file that the runner names. */
function appendSummary(markdown: string, terminal: Terminal): void {
  const path = terminal.env.GITHUB_STEP_SUMMARY
  if (path === undefined || path === '') return
  try {
    appendFileSync(path, markdown)
  } catch (error) {
    terminal.complain(`can't write the job summary to ${path}: ${writeErrorText(error)}`)
  }
}
