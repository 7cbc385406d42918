/** Reads the flags of `dumpstream kafka` for the brokers and the credentials. */
import { readFileSync } from 'node:fs'
import { DumpstreamError } from '../core/errors.ts'
import { systemErrorText } from '../core/system-error.ts'
import type { KafkaConnection, KafkaSasl, KafkaTls } from '../kafka/client.ts'
import type { StreamBy } from '../kafka/runs.ts'
import { quote, usageError } from './args.ts'
import type { FlagValues } from './values.ts'

const PORT = 9092
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const
const PASSWORD = 'DUMPSTREAM_KAFKA_PASSWORD'

type Env = Readonly<Record<string, string | undefined>>

/** @throws DumpstreamError `DS_USAGE`, or `DS_INPUT` for a file that cannot be read */
export function readConnection(values: FlagValues, env: Env): KafkaConnection {
  const brokers = listOf(values, 'brokers').map(withPort)
  if (brokers.length === 0) throw usageError('kafka needs --brokers HOST:PORT and --topic TOPIC')
  const tls = readTls(values)
  const sasl = readSasl(values, env)
  return { brokers, ...(tls === undefined ? {} : { tls }), ...(sasl === undefined ? {} : { sasl }) }
}

export function listOf(values: FlagValues, name: string): string[] {
  return values
    .all(name)
    .flatMap((text) => text.split(','))
    .filter((text) => text !== '')
}

export function readStart(text: string | undefined): 'earliest' | 'latest' | number {
  if (text === undefined || text === 'latest') return 'latest'
  if (text === 'earliest') return 'earliest'
  // Without a time zone, it would be a different moment on each machine.
  const time = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN
  if (Number.isNaN(time))
    throw usageError(`--from takes latest, earliest or a time such as 2026-11-24T10:00:00Z, not ${quote(text)}`)
  return time
}

export function readStreamBy(text: string | undefined): StreamBy {
  if (text === undefined || text === 'key') return { by: 'key' }
  if (text === 'none') return { by: 'none' }
  const name = /^header:(.+)$/s.exec(text)?.[1]
  if (name === undefined)
    throw usageError(`--stream-by takes key, none or header:NAME such as header:pod, not ${quote(text)}`)
  return { by: 'header', name }
}

function withPort(broker: string): string {
  const match = /^(\[[^\]]+\]|[^:\s/]+)(?::(\d{1,5}))?$/.exec(broker)
  if (match === null || Number(match[2] ?? PORT) > 0xffff)
    throw usageError(`--brokers takes HOST:PORT such as kafka-0:9092, not ${quote(broker)}`)
  return `${match[1]}:${match[2] ?? PORT}`
}

function readTls(values: FlagValues): KafkaTls | undefined {
  const files = { ca: values.text('tls-ca'), cert: values.text('tls-cert'), key: values.text('tls-key') }
  if ((files.cert === undefined) !== (files.key === undefined)) throw usageError('--tls-cert and --tls-key go together')
  if (!values.has('tls') && files.ca === undefined && files.cert === undefined) return undefined
  const { ca, cert, key } = files
  return {
    ...(ca === undefined ? {} : { ca: contentOf(ca) }),
    ...(cert === undefined ? {} : { cert: contentOf(cert) }),
    ...(key === undefined ? {} : { key: contentOf(key) }),
  }
}

function readSasl(values: FlagValues, env: Env): KafkaSasl | undefined {
  const mechanism = values.choice('sasl', MECHANISMS)
  const file = values.text('password-file')
  const username = values.text('user')
  if (mechanism === undefined) {
    if (username !== undefined || file !== undefined)
      throw usageError('--user and --password-file go with --sasl MECHANISM')
    return undefined
  }
  const secret = file === undefined ? env[PASSWORD] : undefined
  if (file === undefined && secret === undefined)
    throw usageError(`--sasl needs --password-file FILE, or ${PASSWORD} in the environment`)
  // The file is read for each connection, because tokens are replaced. Read it now as well, to report an error at once.
  if (file !== undefined) contentOf(file)
  const read = (): string => (file === undefined ? (secret ?? '') : contentOf(file).trimEnd())
  if (mechanism === 'OAUTHBEARER') return { mechanism, token: read }
  if (username === undefined) throw usageError(`--sasl ${mechanism} needs --user NAME`)
  return { mechanism, username, password: read }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new DumpstreamError('DS_INPUT', `${path}: ${systemErrorText(error)}`, { cause: error })
  }
}
