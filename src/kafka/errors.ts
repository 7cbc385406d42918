/** Turns errors of the client into one line, and decides whether to retry. */
import { DumpstreamError } from '../core/errors.ts'

/** Error ids of Kafka's protocol that retrying does not help with → what a person should know. */
const FINAL: Readonly<Record<string, string>> = {
  TOPIC_AUTHORIZATION_FAILED:
    'not authorized to use the topic: needs an ACL that allows READ (WRITE for --out-topic and --state-topic)',
  GROUP_AUTHORIZATION_FAILED: 'not authorized to join the group: needs an ACL that allows READ on it',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    'not authorized to use transactions: needs an ACL that allows WRITE on transactional ids that begin with the name of the group',
  CLUSTER_AUTHORIZATION_FAILED: 'not authorized on the cluster',
  SASL_AUTHENTICATION_FAILED: 'the user or the password is wrong',
  UNSUPPORTED_SASL_MECHANISM: 'the broker does not have this SASL mechanism',
  INVALID_GROUP_ID: 'not a valid group name',
  INVALID_TOPIC_EXCEPTION: 'not a valid topic name',
}

/** Errors that go away by themselves, in fewer words than the client's. */
const OFTEN: Readonly<Record<string, string>> = {
  NOT_LEADER_OR_FOLLOWER: 'another broker leads the partition now',
  LEADER_NOT_AVAILABLE: 'the partition has no leader right now',
}

export interface Failure {
  /** A clause for a person. */
  readonly text: string
  readonly isFinal: boolean
  /** Ids of Kafka's protocol. */
  readonly ids: ReadonlySet<string>
}

export function failureOf(error: unknown): Failure {
  const all = [...causes(error, new Set())]
  const ids = new Set(all.map((each) => property(each, 'apiId')).filter((id) => typeof id === 'string'))
  for (const [id, text] of Object.entries(FINAL)) if (ids.has(id)) return { text, isFinal: true, ids }
  const messages = all.map((each) => (each instanceof Error ? each.message : String(each)))
  const refused = all.find((each) => property(each, 'code') === 'PLT_KFK_AUTHENTICATION')
  if (refused !== undefined)
    return { text: `the broker rejected our credentials (${oneLine(messages.at(-1))})`, isFinal: true, ids }
  const packed = all.find((each) => property(each, 'code') === 'PLT_KFK_UNSUPPORTED_COMPRESSION')
  if (packed !== undefined) return { text: oneLine(messages.at(-1)), isFinal: true, ids }
  const unknown = messages.find((text) => text.startsWith('Unknown topic '))
  if (unknown !== undefined || ids.has('UNKNOWN_TOPIC_OR_PARTITION'))
    return {
      text: `${unknown === undefined ? 'the topic' : `topic ${unknown.slice('Unknown topic '.length, -1)}`} does not exist`,
      isFinal: true,
      ids,
    }
  const tls = messages.find((text) => /\b(?:TLS|certificate|SSL|self[- ]signed)\b/i.test(text))
  if (tls !== undefined) return { text: oneLine(tls), isFinal: true, ids }
  const [id] = ids
  if (id !== undefined) return { text: OFTEN[id] ?? id.toLowerCase().replaceAll('_', ' '), isFinal: false, ids }
  // The innermost error is the most specific: `connect ECONNREFUSED 127.0.0.1:9092`.
  return { text: oneLine(messages.at(-1)), isFinal: false, ids }
}

export function inputError(what: string, error: unknown): DumpstreamError {
  if (error instanceof DumpstreamError) return error
  const { text } = failureOf(error)
  const hint = text === 'Connection closed' ? '; the broker may require --tls or --sasl' : ''
  return new DumpstreamError('DS_INPUT', `${what}: ${text}${hint}`, { cause: error })
}

/** The error and its causes, outermost first. */
function* causes(error: unknown, seen: Set<unknown>): Generator<unknown> {
  if (error === undefined || error === null || seen.has(error)) return
  seen.add(error)
  yield error
  if (error instanceof AggregateError) for (const each of error.errors) yield* causes(each, seen)
  if (error instanceof Error) yield* causes(error.cause, seen)
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function oneLine(text: string | undefined): string {
  return (text ?? 'unknown').replace(/\s+/g, ' ').trim().replace(/\.$/, '')
}

/** Is a message, or a request with several, larger than the topic allows? */
export function isTooLarge(error: unknown): boolean {
  const { ids } = failureOf(error)
  return ids.has('MESSAGE_TOO_LARGE') || ids.has('RECORD_LIST_TOO_LARGE')
}
