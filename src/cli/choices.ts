/** What a flag may be set to, where there are only so many values: the table of flags and what reads the flags have them from here. */

import type { InputKind } from '../carriers/detect.ts'
import type { Similarity } from '../core/model.ts'
import type { Keep } from '../mounts/keep.ts'

/** What is printed while the run goes on. */
export const RECORD_FORMATS = ['text', 'jsonl', 'none'] as const
/** What is printed once, at the end of the run. */
export const PROFILE_FORMATS = ['pprof', 'folded', 'speedscope'] as const
export type ProfileFormat = (typeof PROFILE_FORMATS)[number]
/** What is written once, at the end of the run, for others to read. */
export const REPORT_FORMATS = ['html', 'markdown', 'github', 'junit', 'sarif'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]
export type Format = (typeof RECORD_FORMATS)[number] | ProfileFormat | ReportFormat
export const FORMATS: readonly Format[] = [...RECORD_FORMATS, ...REPORT_FORMATS, ...PROFILE_FORMATS]

/** `--redact auto` masks what others get to see. */
export function isHandedOver(format: Format): format is ReportFormat {
  return REPORT_FORMATS.some((each) => each === format)
}

export const COLORS = ['auto', 'always', 'never'] as const
export const STACKS = ['first', 'always', 'never'] as const
export const REDACTIONS = ['auto', 'on', 'off'] as const
export const STARTS = ['start', 'end'] as const
export const SHELLS = ['bash', 'zsh', 'fish'] as const
export const SIMILARITIES: readonly Similarity[] = ['origin', 'functions', 'lines', 'exact']
export const INPUTS: readonly InputKind[] = ['auto', 'plain', 'cri', 'docker', 'json', 'journald', 'syslog', 'otlp']

/** `--keep`: the first one is the default. */
export const KEEPS: readonly Keep[] = ['crash', 'all', 'none']
