/** Who we are to real brokers: TLS, SASL, and what is said when they refuse. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cli } from '../cli/spawn.ts'
import { temporaryFolder } from './go.ts'

const { startKafka } = await import(new URL('../../bench/kafka/cluster.mjs', import.meta.url).href)
const { makeTopics } = await import(new URL('../../bench/kafka/workload.mjs', import.meta.url).href)

const LOGIN =
  'org.apache.kafka.common.security.plain.PlainLoginModule required user_reader="secret" user_stranger="secret";'
const SCRAM = 'org.apache.kafka.common.security.scram.ScramLoginModule required;'
const UNSECURED =
  'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="reader";'

let kafka: {
  readonly brokers: readonly string[]
  readonly ports: Readonly<Record<string, number>>
  stop(): Promise<void>
}
let ca = ''
let password = ''
let token = ''

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

beforeAll(async () => {
  const folder = temporaryFolder()
  const key = join(folder, 'key.pem')
  ca = join(folder, 'cert.pem')
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', ca],
    ],
    { stdio: 'ignore' },
  )
  const store = join(folder, 'store.pem')
  writeFileSync(store, readFileSync(key, 'utf8') + readFileSync(ca, 'utf8'))
  password = join(folder, 'password')
  writeFileSync(password, 'secret\n')
  token = join(folder, 'token')
  const now = Math.floor(Date.now() / 1000)
  writeFileSync(token, `${base64url({ alg: 'none' })}.${base64url({ sub: 'reader', iat: now, exp: now + 3600 })}.\n`)
  kafka = await startKafka({
    listeners: { TLS: 'SSL', SASL: 'SASL_PLAINTEXT' },
    settings: {
      'listener.name.tls.ssl.keystore.type': 'PEM',
      'listener.name.tls.ssl.keystore.location': store,
      'listener.name.sasl.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,OAUTHBEARER',
      'listener.name.sasl.plain.sasl.jaas.config': LOGIN,
      'listener.name.sasl.scram-sha-256.sasl.jaas.config': SCRAM,
      'listener.name.sasl.oauthbearer.sasl.jaas.config': UNSECURED,
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS;User:reader',
    },
    format: ['--add-scram', 'SCRAM-SHA-256=[name=reader,password=secret]'],
  })
  await makeTopics(kafka.brokers, ['logs'], { partitions: 2 })
})
afterAll(() => kafka?.stop())

const sasl = (mechanism: string, user = 'reader'): string[] => [
  ...[
    '--brokers',
    `127.0.0.1:${kafka.ports.SASL}`,
    '--sasl',
    mechanism,
    '--password-file',
    mechanism === 'OAUTHBEARER' ? token : password,
  ],
  ...(mechanism === 'OAUTHBEARER' ? [] : ['--user', user]),
]
const REFUSED: [string, () => string[], RegExp][] = [
  ['a wrong password', () => [...sasl('PLAIN', 'nobody')], /the user or the password is wrong/],
  ['no rights', () => [...sasl('PLAIN', 'stranger')], /not authorized to use the topic/],
  ['a mechanism it does not have', () => [...sasl('SCRAM-SHA-512')], /the broker does not have this SASL mechanism/],
  [
    'an authority that is not known',
    () => ['--brokers', `localhost:${kafka.ports.TLS}`, '--tls'],
    /self-signed certificate/,
  ],
  ['plain text at a port of TLS', () => ['--brokers', `localhost:${kafka.ports.TLS}`], /the broker may require --tls/],
]
const TAKEN: [string, () => string[]][] = [
  ['SASL PLAIN', () => sasl('PLAIN')],
  ['SASL SCRAM-SHA-256', () => sasl('SCRAM-SHA-256')],
  ['SASL OAUTHBEARER', () => sasl('OAUTHBEARER')],
  ['TLS', () => ['--brokers', `localhost:${kafka.ports.TLS}`, '--tls-ca', ca]],
]

describe.runIf(process.env.DUMPSTREAM_LIVE)('brokers that ask who we are', () => {
  // A topic for the records that is not there is what is complained of once the brokers have let us in.
  it.each(TAKEN)('let us in by %s', async (_, flags) => {
    const { stderr } = await cli(['kafka', ...flags(), '--topic', 'logs', '--out-topic', 'nope'])
    expect(stderr).toBe('dumpstream: --out-topic nope: topic nope does not exist\n')
  })

  it.each(REFUSED)('refuse %s: one line, exit code 3', async (_, flags, said) => {
    const { stderr, code } = await cli(['kafka', ...flags(), '--topic', 'logs'])
    expect(stderr).toMatch(said)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(code).toBe(3)
  })
})
