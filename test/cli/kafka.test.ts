/** `dumpstream kafka` without brokers; test/live/kafka.test.ts has some. */
import { describe, expect, it } from 'vitest'
import { cli } from './spawn.ts'

const TOPIC = ['--topic', 'logs']
const BROKERS = ['--brokers', '127.0.0.1:1']

describe('dumpstream kafka', () => {
  it.each([
    [['kafka'], 'kafka needs --brokers HOST:PORT and --topic TOPIC'],
    [['kafka', ...BROKERS], 'kafka needs --topic TOPIC'],
    [['kafka', ...BROKERS, ...TOPIC, 'app.log'], 'kafka takes no FILE'],
    [['kafka', '--brokers', 'http://kafka:9092', ...TOPIC], '--brokers takes HOST:PORT such as kafka-0:9092'],
    [['kafka', ...BROKERS, ...TOPIC, '--from', '2026-11-24T10:00:00'], '--from takes latest, earliest or a time'],
    [['kafka', ...BROKERS, ...TOPIC, '--stream-by', 'pod'], '--stream-by takes key, none or header:NAME'],
    [['kafka', ...BROKERS, ...TOPIC, '--sasl', 'PLAIN', '--user', 'me'], '--sasl needs --password-file FILE'],
    [['kafka', ...BROKERS, ...TOPIC, '--user', 'me'], '--user and --password-file go with --sasl'],
    [['kafka', ...BROKERS, ...TOPIC, '--tls-cert', 'a.pem'], '--tls-cert and --tls-key go together'],
    [['kafka', ...BROKERS, ...TOPIC, '--state-topic', 'a', '--state-dir', 'b'], 'exclude each other'],
  ])('refuses %j', async (argv, message) => {
    const { code, stderr } = await cli(argv)
    expect(stderr).toContain(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(code).toBe(2)
  })

  it('says in one line that there are no brokers, and does not try again', async () => {
    const { code, stderr, stdout } = await cli(['kafka', ...BROKERS, ...TOPIC])
    expect(stderr).toBe('dumpstream: kafka 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1\n')
    expect(stdout).toBe('')
    expect(code).toBe(3)
  })
})
