/** The values of flags with a fixed set of values, shared by the table of flags and the code that reads flags. */

import type { InputKind } from '../carriers/detect.ts'
import type { Similarity } from '../core/model.ts'
import type { Keep } from '../mounts/keep.ts'

/** Printed during the run. */
export const RECORD_FORMATS = ['text', 'jsonl', 'none'] as const
/** Printed once, at the end of the run. */
export const PROFILE_FORMATS = ['pprof', 'folded', 'speedscope'] as const
export type ProfileFormat = (typeof PROFILE_FORMATS)[number]
/** Written once, at the end of the run, for people or other programs. */
export const REPORT_FORMATS = ['html', 'markdown', 'github', 'junit', 'sarif'] as const
export type ReportFormat = (typeof REPORT_FORMATS)[number]
export type Format = (typeof RECORD_FORMATS)[number] | ProfileFormat | ReportFormat
export const FORMATS: readonly Format[] = [...RECORD_FORMATS, ...REPORT_FORMATS, ...PROFILE_FORMATS]

/** Is it passed to others? `--redact auto` masks such formats. */
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
