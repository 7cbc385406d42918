/** Everything that is public. */
export { createEngine, type Engine, type EngineOptions, type EngineStats } from './engine/engine.ts'
export { DumpstreamError } from './errors.ts'
export { LIMITS, type Limits } from './limits.ts'
export type { DumpFormat, DumpKind, Similarity, Verdict } from './model.ts'
export type { DumpRecord, DumpstreamRecord, GoroutineRecord, SignatureRecord } from './records.ts'
export { type DumpstreamOptions, dumpstream } from './stream/dumpstream.ts'
export { type ParseOptions, parseDumps } from './stream/parse.ts'
