/** From flags and terminal to everything that the run needs to know, with defaults filled in. */
import type { EngineOptions } from '../engine/engine.ts'
import { isPattern, matchingPaths } from '../input/pattern.ts'
import { CONDITIONS, type Condition, readCondition } from '../sinks/condition.ts'
import type { Narrowing, Pattern } from '../sinks/narrow.ts'
import { PROTOCOLS, type TelemetryFlags } from '../sinks/otel/flags.ts'
import { type Comparison, readFleetKey } from '../sinks/report/fleet.ts'
import { type Address, LOOPBACK, readHostPort } from '../sinks/serve/address.ts'
import { type ParsedArgs, quote, usageError } from './args.ts'
import {
  COLORS,
  FORMATS,
  type Format,
  INPUTS,
  isHandedOver,
  PROFILE_FORMATS,
  type ProfileFormat,
  REDACTIONS,
  SIMILARITIES,
  STACKS,
  STARTS,
} from './choices.ts'
import { readBound } from './size.ts'
import { type Terminal, wantsColor } from './terminal.ts'
import { FlagValues } from './values.ts'

export interface RunOptions {
  /** `-` is stdin. Never empty. */
  readonly files: readonly string[]
  readonly follow: boolean
  /** Where reading of a followed file starts. */
  readonly from: 'start' | 'end'
  /** Also reads pipes that are the stdout of another process. */
  readonly steal: boolean
  /** File of known signatures: only those that exceed it are printed and judged. */
  readonly baseline: string | undefined
  /** File that the signatures of this run are written to. */
  readonly save: string | undefined
  /** File with the positions in followed files, and what is known of them. */
  readonly state: string | undefined
  readonly format: Format
  readonly passLogs: boolean
  /** `--source-url`, with `{path}` in it. */
  readonly sourceUrl: string | undefined
  /** `--serve` */
  readonly serve: Address | undefined
  /** File for the records; undefined: stdout. */
  readonly out: string | undefined
  readonly narrowing: Narrowing
  /** Conditions for exit code 1. */
  readonly failOn: readonly Condition[]
  /** Where metrics go, in addition to what the environment says. */
  readonly telemetry: TelemetryFlags
  /** Which stacks are printed; the engine may have to provide more. */
  readonly stacks: 'first' | 'always' | 'never'
  /** Milliseconds of silence that end a dump on a pipe and when following. */
  readonly idle: number
  readonly color: boolean
  /** What is masked: everything that goes out; what leaves the machine or is passed to others; or nothing. */
  readonly redact: 'on' | 'auto' | 'off'
  /** Findings only, one line each. */
  readonly quiet: boolean
  /** By what sources are compared. */
  readonly by: Comparison | undefined
  readonly engine: Pick<
    EngineOptions,
    | 'similarity'
    | 'bound'
    | 'stacks'
    | 'goroutines'
    | 'idle'
    | 'limits'
    | 'input'
    | 'textKey'
    | 'timeKey'
    | 'streamKeys'
    | 'qualified'
  >
}

const IDLE_MS = 1_000
/** The dump of a small service does not fit into less. */
const LEAST_MEMORY = 1 << 20

/** Compiles the pattern of a flag. Throws `DS_USAGE`. */
type Compile = (flag: string, text: string) => Pattern

/** Like `readOptions`. The pattern compiler is loaded only if there is a pattern. */
export async function loadOptions(args: ParsedArgs, terminal: Terminal): Promise<RunOptions> {
  if (!args.flags.has('match')) return readOptions(args, terminal)
  const { compilePattern } = await import('./pattern.ts')
  return readOptions(args, terminal, compilePattern)
}

/**
 * @param compile needed if `--match` is given
 * @throws DumpstreamError `DS_USAGE`
 */
export function readOptions(args: ParsedArgs, terminal: Terminal, compile?: Compile): RunOptions {
  const values = new FlagValues(args)
  const outName = values.text('out')
  const out = outName === '-' ? undefined : outName
  const onTerminal = out === undefined && terminal.stdoutIsTerminal
  const format = values.choice('format', FORMATS) ?? (onTerminal ? 'text' : 'jsonl')
  const passLogs = values.text('logs') === 'pass'
  const follow = values.has('follow')
  const files = filesOf(args.operands, follow)
  if (isWhole(format) && out === undefined) refuseStdout(format, passLogs, onTerminal)
  const stacks = isWhole(format)
    ? 'always'
    : (values.choice('stacks', STACKS) ?? (format === 'text' ? 'never' : 'first'))
  const narrowing = readNarrowing(values, compile)
  const similarity = values.choice('similarity', SIMILARITIES)
  const idle = values.duration('idle') ?? IDLE_MS
  const memoryBytes = values.size('memory', LEAST_MEMORY)
  return {
    files,
    follow,
    from: values.choice('from', STARTS) ?? 'start',
    steal: values.has('steal'),
    baseline: values.text('baseline'),
    save: values.text('save'),
    state: values.text('state-file'),
    format,
    sourceUrl: readSourceUrl(values),
    serve: readServe(values),
    passLogs,
    out,
    narrowing,
    failOn: readFailOn(values),
    telemetry: readTelemetry(values),
    stacks,
    idle,
    color: wantsColor(values.choice('color', COLORS) ?? 'auto', onTerminal, terminal.env),
    redact: values.choice('redact', REDACTIONS) ?? 'auto',
    quiet: values.has('quiet'),
    by: readComparison(values, format),
    engine: {
      stacks: format === 'text' ? 'always' : engineStacks(stacks, narrowing, values),
      // A report shows some goroutines of each signature.
      goroutines: values.has('emit') || format === 'html',
      idle,
      ...(similarity === undefined ? {} : { similarity }),
      ...(values.has('bound') ? { bound: readBound(values.all('bound')) } : {}),
      ...(memoryBytes === undefined ? {} : { limits: { memoryBytes } }),
      ...readCarrier(values),
      ...(files.length > 1 ? { qualified: true } : {}),
    },
  }
}

/** Expands patterns that the shell has not expanded. With --follow, they are kept, because they also match files that are created later. */
function filesOf(operands: readonly string[], follow: boolean): readonly string[] {
  if (operands.length === 0) return ['-']
  if (follow) return operands
  return operands.flatMap((operand) => {
    const found = isPattern(operand) ? matchingPaths(operand) : []
    return found.length === 0 ? [operand] : found
  })
}

export function isProfile(format: Format): format is ProfileFormat {
  return PROFILE_FORMATS.some((each) => each === format)
}

/** Is it written once, as a whole? Profiles and reports are. */
export function isWhole(format: Format): boolean {
  return isProfile(format) || isHandedOver(format)
}

/** A profile or a report needs an output of its own. */
function refuseStdout(format: Format, passLogs: boolean, onTerminal: boolean): void {
  if (passLogs) throw usageError(`--logs pass takes stdout: write the ${format} elsewhere, with --out FILE`)
  if ((format === 'pprof' || format === 'html') && onTerminal)
    throw usageError(`--format ${format} is not for a terminal: name a file, with --out FILE`)
}

/** Port 0: any free port. */
function readServe(values: FlagValues): Address | undefined {
  const text = values.text('serve')
  if (text === undefined) return undefined
  const address = readHostPort(text)
  if (address === undefined) throw usageError(`--serve takes a port such as 8080, or 0.0.0.0:8080, not ${quote(text)}`)
  return { host: address.host ?? LOOPBACK, port: address.port }
}

/** Must be a web address, because a reader will click on it. */
function readSourceUrl(values: FlagValues): string | undefined {
  const url = values.text('source-url')
  if (url === undefined || (/^https?:\/\/[^{}\s]+/.test(url) && url.includes('{path}'))) return url
  throw usageError(
    `--source-url takes a URL such as https://github.com/acme/shop/blob/main/{path}#L{line}, not ${quote(url)}`,
  )
}

/**
 * `--match` needs every stack each time, and a log record of a leak includes its stack. If rows are left out, the first one printed need not be the
 * first one seen. A saved signature includes its stack, too.
 */
function engineStacks(
  printed: 'first' | 'always' | 'never',
  narrowing: Narrowing,
  values: FlagValues,
): 'first' | 'always' | 'never' {
  if (narrowing.match !== undefined || values.has('otlp-logs') || values.has('serve')) return 'always'
  if (printed === 'first' && (Object.keys(narrowing).length > 0 || values.has('baseline'))) return 'always'
  return printed === 'never' && values.has('save') ? 'first' : printed
}

function readCarrier(values: FlagValues): Pick<EngineOptions, 'input' | 'textKey' | 'timeKey' | 'streamKeys'> {
  const input = values.choice('input', INPUTS)
  const textKey = values.text('text-key')
  const timeKey = values.text('time-key')
  const streamKeys = values.all('stream-key').flatMap((text) => text.split(','))
  return {
    ...(input === undefined ? {} : { input }),
    ...(textKey === undefined ? {} : { textKey }),
    ...(timeKey === undefined ? {} : { timeKey }),
    ...(streamKeys.length === 0 ? {} : { streamKeys }),
  }
}

function readNarrowing(values: FlagValues, compile: Compile | undefined): Narrowing {
  const text = values.text('match')
  const match = text === undefined ? undefined : compile?.('match', text)
  const minCount = values.count('min-count')
  const states = values.all('state')
  const top = values.count('top')
  return {
    ...(match === undefined ? {} : { match }),
    ...(minCount === undefined ? {} : { minCount }),
    ...(states.length === 0 ? {} : { states }),
    ...(top === undefined ? {} : { top }),
  }
}

function readComparison(values: FlagValues, format: Format): Comparison | undefined {
  const text = values.text('by')
  if (text === undefined) return undefined
  const comparison = text === 'source' ? ({ by: 'source' } as const) : readFleetKey(text)
  if (comparison === undefined)
    throw usageError(`--by takes signature, source or label:KEY such as label:tenant, not ${quote(text)}`)
  if (isProfile(format) || format === 'none') throw usageError(`--by is for reports, not for --format ${format}`)
  return comparison
}

function readTelemetry(values: FlagValues): TelemetryFlags {
  const protocol = values.choice('otlp-protocol', PROTOCOLS)
  const timeout = values.duration('otlp-timeout')
  const prometheus = values.text('prometheus')
  const signatures = values.count('metric-signatures')
  return {
    ...(values.has('otlp') ? { otlp: values.text('otlp') ?? true } : {}),
    ...(protocol === undefined ? {} : { protocol }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(values.has('otlp-logs') ? { logs: true } : {}),
    ...(prometheus === undefined ? {} : { prometheus }),
    ...(values.has('metrics') ? { console: true } : {}),
    ...(signatures === undefined ? {} : { signatures }),
  }
}

export function readFailOn(values: FlagValues): Condition[] {
  const words = values.all('fail-on').flatMap((text) => text.split(','))
  return words.map((text) => {
    const condition = readCondition(text.trim())
    if (condition === undefined) throw usageError(`--fail-on takes ${CONDITIONS.join(', ')}, not ${quote(text)}`)
    return condition
  })
}
