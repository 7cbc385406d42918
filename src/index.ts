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
export type { KafkaConnection, KafkaSasl, KafkaTls } from './kafka/client.ts'
export type { KafkaSource, KafkaSourceOptions } from './kafka/options.ts'
export type { PartitionFigures } from './kafka/owned.ts'
export type { StreamBy } from './kafka/runs.ts'
export { kafkaSource } from './kafka/source.ts'
export { openStateFolder } from './kafka/state-folder.ts'
export { openStateTopic, type StateTopicOptions } from './kafka/state-topic.ts'
export type { StateMessage, StateStore, StreamChange } from './kafka/states.ts'
export { dumpIdentity } from './mounts/identity.ts'
export { createMount, type Mount, type MountLine, type MountOptions, type Outcome } from './mounts/mount.ts'
export type { PartitionMessage, PlacedRecord } from './partitions/message.ts'
export { type Checkpoint, createPartition, type Partition, type PartitionOptions } from './partitions/partition.ts'
export type { StreamOptions, StreamState } from './partitions/stream.ts'
export { type MeterSinkOptions, meterSink, recordsToMetrics } from './sinks/otel/meter.ts'
export type { RecordSink, SinkResult } from './sinks/sink.ts'
export { type DumpstreamOptions, dumpstream, type TypedTransform } from './stream/dumpstream.ts'
export { type ParseOptions, parseDumps } from './stream/parse.ts'
