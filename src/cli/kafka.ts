/**
 * `dumpstream kafka`: reads topics as a member of a consumer group. Records are written before states are saved, and both before offsets are
 * committed.
 */
import type { DumpstreamRecord } from '../core/records.ts'
import type { KafkaConnection } from '../kafka/client.ts'
import type { KafkaSource } from '../kafka/options.ts'
import { type OutRecord, openRecordTopic, type RecordTopic } from '../kafka/record-topic.ts'
import { joinSource } from '../kafka/source.ts'
import { openStateFolder } from '../kafka/state-folder.ts'
import { openStateTopic } from '../kafka/state-topic.ts'
import type { StateStore } from '../kafka/states.ts'
import { openTransactions, type Transactions } from '../kafka/transactions.ts'
import type { PlacedRecord } from '../partitions/message.ts'
import type { StreamOptions } from '../partitions/stream.ts'
import { JsonlSink } from '../sinks/jsonl.ts'
import { PrintedStacks } from '../sinks/narrow.ts'
import { RedactingSink } from '../sinks/redact/redact.ts'
import type { RecordSink } from '../sinks/sink.ts'
import { type ParsedArgs, usageError } from './args.ts'
import { type Delivery, openDelivery } from './deliver.ts'
import { listOf, readConnection, readStart, readStreamBy } from './kafka-connection.ts'
import { loadOptions, type RunOptions } from './options.ts'
import { handleSignals } from './signals.ts'
import type { Terminal } from './terminal.ts'
import { FlagValues } from './values.ts'

const GROUP = 'dumpstream'

interface Asked {
  readonly connection: KafkaConnection
  readonly topics: readonly string[]
  readonly group: string
}

/** Resolves to the exit code. */
export async function run(args: ParsedArgs, terminal: Terminal): Promise<number> {
  if (args.operands.length > 0) throw usageError('kafka takes no FILE; --topic TOPIC names what to read')
  const values = new FlagValues(args)
  const asked = readAsked(values, terminal)
  const from = readStart(values.text('from'))
  const streamBy = readStreamBy(values.text('stream-by'))
  const options = await readOptions(args, values, terminal)
  const complain = (line: string): void => terminal.complain(line)
  const stopping = new AbortController()
  const { signal } = stopping
  let source: KafkaSource | undefined
  const delivery = await openDelivery({
    options,
    terminal,
    complain,
    inputBytes: () => source?.bytes ?? 0,
    partitions: () => source?.partitions ?? [],
    leave: signal,
  })
  const stopSignals = handleSignals({ stdinIsPiped: false, stop: () => stopping.abort() })
  const beside: { close(): Promise<void> }[] = []
  try {
    const states = await openStates(values, asked, complain)
    if (states !== undefined) beside.push(states)
    const transactions = await openTransactional(values, asked, complain)
    const out = transactions ?? (await openOut(values, asked, complain, signal))
    if (out !== undefined) beside.push(out)
    source = await joinSource({
      ...asked.connection,
      ...asked,
      from,
      streamBy,
      engine: engineOptions(options, values),
      ...timing(values),
      ...(states === undefined ? {} : { states }),
      ...(transactions === undefined ? {} : { transactions }),
      write: writer(options, delivery, out, () => stopping.abort()),
      complain,
      signal,
    })
    await source.done
    return await delivery.end(false)
  } finally {
    await Promise.all(beside.map((each) => each.close()))
    stopSignals()
    delivery.close()
  }
}

function readAsked(values: FlagValues, { env }: Terminal): Asked {
  const connection = readConnection(values, env)
  const topics = listOf(values, 'topic')
  if (topics.length === 0) throw usageError('kafka needs --topic TOPIC')
  if (values.has('state-topic') && values.has('state-dir'))
    throw usageError('--state-topic and --state-dir exclude each other; keep one of them')
  if (values.has('exactly-once') && !values.has('out-topic'))
    throw usageError('--exactly-once needs --out-topic TOPIC: only a topic is part of a transaction')
  if (values.has('exactly-once') && values.has('state-dir'))
    throw usageError('--exactly-once keeps states in --state-topic: a folder is not part of a transaction')
  return { connection, topics, group: values.text('group') ?? GROUP }
}

/** With a topic for the records, they go to stdout only on request. */
async function readOptions(args: ParsedArgs, values: FlagValues, terminal: Terminal): Promise<RunOptions> {
  const options = await loadOptions(args, terminal)
  const isElsewhere = values.has('out-topic') && !values.has('format') && !values.has('out')
  return isElsewhere ? { ...options, format: 'none' } : options
}

function engineOptions({ engine }: RunOptions, values: FlagValues): StreamOptions {
  const { goroutines: _goroutines, qualified: _qualified, idle, ...rest } = engine
  return {
    ...rest,
    ...(values.has('idle') && idle !== undefined ? { idle } : {}),
    ...(values.has('out-topic') ? { stacks: 'always' } : {}),
  }
}

function timing(values: FlagValues): { sessionTimeout?: number; checkpointEvery?: number } {
  const sessionTimeout = values.duration('session')
  const checkpointEvery = values.duration('commit-every')
  return {
    ...(sessionTimeout === undefined ? {} : { sessionTimeout }),
    ...(checkpointEvery === undefined ? {} : { checkpointEvery }),
  }
}

async function openStates(
  values: FlagValues,
  { connection, topics, group }: Asked,
  complain: (line: string) => void,
): Promise<StateStore | undefined> {
  const folder = values.text('state-dir')
  if (folder !== undefined) return openStateFolder(folder, group)
  const stateTopic = values.text('state-topic')
  const [like] = topics
  if (stateTopic === undefined || like === undefined) return undefined
  return await openStateTopic({ connection, group, stateTopic, like, complain })
}

async function openOut(
  values: FlagValues,
  { connection }: Asked,
  complain: (line: string) => void,
  signal: AbortSignal,
): Promise<RecordTopic | undefined> {
  const outTopic = values.text('out-topic')
  return outTopic === undefined ? undefined : await openRecordTopic({ connection, outTopic, complain, signal })
}

async function openTransactional(
  values: FlagValues,
  { connection, group }: Asked,
  complain: (line: string) => void,
): Promise<Transactions | undefined> {
  const outTopic = values.text('out-topic')
  if (!values.has('exactly-once') || outTopic === undefined) return undefined
  return await openTransactions({ connection, group, outTopic, complain })
}

/** Resolves when all outputs have the records. */
function writer(
  options: RunOptions,
  delivery: Delivery,
  out: RecordTopic | undefined,
  stop: () => void,
): (records: readonly PlacedRecord[]) => Promise<void> {
  const messages: OutRecord[] = []
  let current: { readonly record: DumpstreamRecord; readonly dumpId: string } | undefined
  const lines = new JsonlSink(
    {
      writeLines: (text) => {
        if (current !== undefined) messages.push({ ...current, json: text.trimEnd() })
      },
    },
    { narrowing: options.narrowing, stacks: new PrintedStacks('always') },
  )
  const sinks: RecordSink[] = [...delivery.sinks]
  if (out !== undefined) sinks.push(options.redact === 'off' ? lines : new RedactingSink(lines))
  return async (records) => {
    for (const { record, dumpId } of records) {
      current = { record, dumpId }
      const named: DumpstreamRecord = record.type === 'summary' ? record : { ...record, dump_id: dumpId }
      for (const sink of sinks) sink.record(named)
    }
    for (const sink of sinks) sink.settle?.()
    for (const output of delivery.outputs) {
      output.flush()
      if (output.closed) stop()
    }
    await out?.write(messages.splice(0))
  }
}
