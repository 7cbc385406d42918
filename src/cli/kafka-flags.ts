/** The flags that only `dumpstream kafka` has. */
import type { Flag } from './flag.ts'

const group = 'Where dumps come from'

export const KAFKA_FLAGS: readonly Flag[] = [
  {
    name: 'brokers',
    value: 'HOST:PORT',
    example: 'kafka-0:9092,kafka-1:9092',
    repeatable: true,
    group,
    summary: 'one or more of the brokers; the others are found',
  },
  {
    name: 'group',
    value: 'NAME',
    example: 'dumpstream',
    group,
    summary: 'consumer group to be a member of (dumpstream)',
  },
  {
    name: 'topic',
    value: 'TOPIC',
    example: 'logs',
    repeatable: true,
    group,
    summary: 'topics to read; several with commas',
  },
  {
    name: 'from',
    value: 'WHERE',
    example: '2026-11-24T10:00:00Z',
    group,
    summary: 'latest (default), earliest, or a time',
    details: 'Where the group has not committed an offset yet. A time has a zone: messages from then on.',
  },
  {
    name: 'stream-by',
    value: 'WHAT',
    example: 'header:pod',
    group,
    summary: 'what names a stream: key (default), header:NAME, none',
    details:
      'Lines of one stream are read together, so all of them have to be in one partition: producers use the pod or the file as key. With `none` what is in the message says it, as in files.',
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
    summary: 'keep histories there, over rebalances and restarts',
    details: 'A compacted topic; made with as many partitions as the first `--topic` has when it is not there.',
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
      'With `--out-topic`, and `--state-topic` for histories. Consumers that read committed messages only see each record once; they wait for the next commit.',
  },
  {
    name: 'session',
    value: 'DURATION',
    example: '10s',
    group,
    summary: 'silence after which others take over (30s)',
    details:
      'How long the partitions of a member that was killed are read by nobody. The brokers allow 6s to 30m unless told.',
  },
  {
    name: 'commit-every',
    value: 'DURATION',
    example: '5s',
    group,
    summary: 'keep states and commit offsets so often (5s)',
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
  { name: 'user', value: 'NAME', example: 'dumpstream', group, summary: 'user of SASL' },
  {
    name: 'password-file',
    value: 'FILE',
    example: '/run/secrets/kafka',
    file: true,
    group,
    summary: 'its password; of OAUTHBEARER the token',
    details:
      'Also in `DUMPSTREAM_KAFKA_PASSWORD`. The file is read for each connection, so that a token may be replaced.',
  },
]
