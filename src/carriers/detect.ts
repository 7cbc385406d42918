/** The carriers of each `--input`. */
import { BRACE_OPEN } from '../core/ascii.ts'
import { CarriedText, type Carrier } from './carrier.ts'
import { CloudWatchEvents } from './cloudwatch.ts'
import { Cri } from './cri.ts'
import { DIALECTS, docker, goTest, journald, logger, namedBy } from './dialects.ts'
import { FluentBitStdout } from './fluent-bit-stdout.ts'
import { FluentdFile } from './fluentd.ts'
import { FluentdWarning } from './fluentd-warning.ts'
import { Goleak } from './goleak.ts'
import { JsonCarrier } from './json.ts'
import { LearnedJson } from './learned.ts'
import { Literal } from './literal.ts'
import { Logfmt } from './logfmt.ts'
import { Otlp } from './otlp.ts'
import { Page } from './page.ts'
import { Syslog } from './syslog.ts'

export const INPUT_KINDS = ['auto', 'plain', 'cri', 'docker', 'json', 'journald', 'syslog', 'otlp'] as const

/** `auto`: decided by the line that holds the first header. `plain`: no carrier. */
export type InputKind = (typeof INPUT_KINDS)[number]

/** Names of fields in lines of JSON, as dotted paths; they take precedence over the usual ones. */
export interface KeyNames {
  readonly text?: string | undefined
  readonly time?: string | undefined
  readonly streams?: readonly string[] | undefined
}

/** The carriers that are asked, in this order. */
export function carriersFor(kind: InputKind, keys: KeyNames): Carrier[] {
  const own = Object.values(keys).some((key) => key !== undefined) ? [new JsonCarrier(namedBy(keys))] : []
  switch (kind) {
    case 'plain':
      return []
    case 'cri':
      return [new Cri()]
    case 'docker':
      return [new JsonCarrier(docker)]
    case 'journald':
      return [new JsonCarrier(journald), new Syslog()]
    case 'syslog':
      return [new Syslog()]
    case 'otlp':
      return [new Otlp()]
    case 'json':
      return own.length > 0
        ? own
        : [new Otlp(), new CloudWatchEvents(), ...dialects(), new FluentdFile(), new LearnedJson()]
    case 'auto':
      return [
        ...own,
        new Cri(),
        new Otlp(),
        new CloudWatchEvents(),
        ...dialects(),
        new FluentdFile(),
        new LearnedJson(),
        new FluentBitStdout(),
        new FluentdWarning(),
        new Logfmt(),
        new Syslog(),
        new Literal(),
        new Page(),
        new Goleak(),
      ]
  }
}

/** Can the text of the log whose first line is [pos, next) of `buf` be in arrays of bytes? journald writes them. */
export function writesNumbers(kind: InputKind, buf: Buffer, pos: number, next: number): boolean {
  if (kind !== 'auto' || buf[pos] !== BRACE_OPEN) return kind === 'journald'
  return new JsonCarrier(journald).read(buf, pos, next, new CarriedText())
}

/** Carriers that a program's own logger, or the tool that runs its tests, can put inside those of the machine. */
export function innerCarriers(keys: KeyNames): Carrier[] {
  const named = keys.text === undefined ? logger : namedBy(keys)
  return [new JsonCarrier(named), new JsonCarrier(goTest), new Logfmt(), new Syslog(), new Goleak()]
}

function dialects(): Carrier[] {
  return DIALECTS.map((dialect) => new JsonCarrier(dialect))
}
