/** Everything that is public. */

export type { RecordFrame } from './carriers/carrier.ts'
export type { InputKind } from './carriers/detect.ts'
export { DumpstreamError, type DumpstreamErrorCode } from './core/errors.ts'
export { LIMITS, type Limits } from './core/limits.ts'
export type {
  DumpFormat,
  DumpKind,
  FindingKind,
  RaceAccess,
  Severity,
  Similarity,
  TimeFrom,
  Verdict,
} from './core/model.ts'
export type {
  DumpRecord,
  DumpstreamRecord,
  FindingRecord,
  FleetRecord,
  GoroutineRecord,
  MayHold,
  Parents,
  SignatureRecord,
  SummaryRecord,
  WaitsOn,
} from './core/records.ts'
export {
  createEngine,
  type Engine,
  type EngineOptions,
  type EngineSnapshot,
  type EngineStats,
  type WholeEngine,
} from './engine/engine.ts'
export { dumpIdentity } from './mounts/identity.ts'
export { createMount, type Mount, type MountLine, type MountOptions, type Outcome } from './mounts/mount.ts'
export { type MeterSinkOptions, meterSink, recordsToMetrics } from './sinks/otel/meter.ts'
export type { RecordSink, SinkResult } from './sinks/sink.ts'
export { type DumpstreamOptions, dumpstream, type TypedTransform } from './stream/dumpstream.ts'
export { type ParseOptions, parseDumps } from './stream/parse.ts'
