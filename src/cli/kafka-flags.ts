/** The flags of `dumpstream kafka` only. */
import type { Flag } from './flag.ts'

const group = 'Where dumps come from'

export const KAFKA_FLAGS: readonly Flag[] = [
  {
    name: 'brokers',
    value: 'HOST:PORT',
    example: 'kafka-0:9092,kafka-1:9092',
    repeatable: true,
    group,
    summary: 'one or more brokers; the others are discovered',
  },
  {
    name: 'group',
    value: 'NAME',
    example: 'dumpstream',
    group,
    summary: 'consumer group to join (dumpstream)',
  },
  {
    name: 'topic',
    value: 'TOPIC',
    example: 'logs',
    repeatable: true,
    group,
    summary: 'topics to read, separated by commas',
  },
  {
    name: 'from',
    value: 'WHERE',
    example: '2026-11-24T10:00:00Z',
    group,
    summary: 'latest (default), earliest, or a time',
    details:
      'Applies where the group has not committed an offset yet. A time must have a zone; messages from then on are read.',
  },
  {
    name: 'stream-by',
    value: 'WHAT',
    example: 'header:pod',
    group,
    summary: 'what names a stream: key (default), header:NAME, none',
    details:
      'Lines of one stream are read together, so all of them have to be in one partition: producers use the pod or the file as key. With `none`, the content of the messages names the stream, as in files.',
  },
  {
    name: 'out-topic',
    value: 'TOPIC',
    example: 'goroutines',
    group,
    summary: 'write the records there, keyed by signature',
  },
  {
    name: 'state-topic',
    value: 'TOPIC',
    example: 'dumpstream-state',
    group,
    summary: 'keep histories there, across rebalances and restarts',
    details: 'A compacted topic. If it does not exist, it is created with as many partitions as the first `--topic`.',
  },
  {
    name: 'state-dir',
    value: 'FOLDER',
    example: '/var/lib/dumpstream',
    file: true,
    group,
    summary: 'keep histories in FOLDER, which all members share',
  },
  {
    name: 'exactly-once',
    group,
    summary: 'write records, states and offsets in transactions',
    details:
      'Needs `--out-topic`, and `--state-topic` for histories. Consumers that read only committed messages see each record once, after the next commit.',
  },
  {
    name: 'session',
    value: 'DURATION',
    example: '10s',
    group,
    summary: 'silence after which others take over (30s)',
    details: 'How long nobody reads the partitions of a killed member. The brokers allow 6s to 30m by default.',
  },
  {
    name: 'commit-every',
    value: 'DURATION',
    example: '5s',
    group,
    summary: 'time between commits of offsets and states (5s)',
  },
  { name: 'tls', group, summary: 'connect with TLS' },
  {
    name: 'tls-ca',
    value: 'FILE',
    example: 'ca.pem',
    file: true,
    group,
    summary: 'certificates of the brokers’ authority',
  },
  { name: 'tls-cert', value: 'FILE', example: 'client.pem', file: true, group, summary: 'certificate of this client' },
  { name: 'tls-key', value: 'FILE', example: 'client.key', file: true, group, summary: 'its key' },
  {
    name: 'sasl',
    value: 'MECHANISM',
    choices: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'],
    group,
    summary: 'PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER',
  },
  { name: 'user', value: 'NAME', example: 'dumpstream', group, summary: 'SASL user' },
  {
    name: 'password-file',
    value: 'FILE',
    example: '/run/secrets/kafka',
    file: true,
    group,
    summary: 'SASL password, or the token for OAUTHBEARER',
    details: 'Or set `DUMPSTREAM_KAFKA_PASSWORD`. The file is read for each connection, so a token can be replaced.',
  },
]
