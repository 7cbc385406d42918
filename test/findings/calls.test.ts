/** Calls to the outside world without a timeout: real dumps of hangs/calls.go after 12 minutes, and similar waits that are by design. */
import { describe, expect, it } from 'vitest'
import { CALLS } from '../../src/findings/calls.ts'
import { dumpOf, findings, findingsOf, times, type Written } from './findings.ts'

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  host: ['a host name', 'a host name'],
  handshake: ['an HTTP connection', 'the TLS handshake'],
  response: ['an HTTP response'],
  query: ['the response of a database'],
  pipe: ['the last output of a command that has exited'],
  output: ['the output of a command'],
}

const REMOTE = 'the response to a remote procedure call'
const REDIS = 'the reply of Redis'

/** What libraries wait for: the state, and the functions of the library, innermost first. */
const LIBRARIES: Readonly<Record<string, readonly (readonly [state: string, ...functions: string[]])[]>> = {
  'the lock of a file': [
    ['syscall', 'syscall.Syscall', 'syscall.Flock', 'shop/state.(*Store).lock'],
    ['syscall', 'golang.org/x/sys/unix.fcntl', 'golang.org/x/sys/unix.FcntlFlock', 'shop/state.(*Store).lock'],
  ],
  'the response of PostgreSQL': [
    ['IO wait', 'github.com/jackc/pgx/v5/pgconn.(*PgConn).peekMessage', 'github.com/jackc/pgx/v5.(*Conn).Query'],
    ['IO wait', 'github.com/jackc/pgconn.(*PgConn).peekMessage', 'github.com/jackc/pgx/v4.(*Conn).Exec'],
  ],
  'the response of MongoDB': [
    [
      'IO wait',
      'go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology.(*connection).readWireMessage',
      'go.mongodb.org/mongo-driver/v2/mongo.(*Collection).Aggregate',
    ],
  ],
  'the reply of RabbitMQ': [
    [
      'select',
      'github.com/rabbitmq/amqp091-go.(*Channel).call',
      'github.com/rabbitmq/amqp091-go.(*Channel).QueueDeclare',
    ],
    ['select', 'github.com/streadway/amqp.(*Connection).call', 'github.com/streadway/amqp.(*Connection).Channel'],
  ],
  'a confirmation of RabbitMQ': [
    ['chan receive', 'github.com/rabbitmq/amqp091-go.(*DeferredConfirmation).Wait'],
    ['select', 'github.com/rabbitmq/amqp091-go.(*DeferredConfirmation).WaitContext'],
  ],
  'the acknowledgement of Kafka': [
    ['select', 'github.com/segmentio/kafka-go.(*Writer).WriteMessages'],
    ['chan receive', 'github.com/IBM/sarama.(*syncProducer).SendMessage'],
    ['chan receive', 'github.com/Shopify/sarama.(*syncProducer).SendMessages'],
  ],
}

describe('a call without a timeout', () => {
  it.each(Object.entries(EXAMPLES))('is found in a dump of %s', (name, whats) => {
    const found = findingsOf(name)
    expect(found.map(({ finding, fault }) => [finding, fault])).toEqual(
      whats.map(() => ['slow', 'call_without_timeout']),
    )
    expect(
      found.map(({ title }) => /^\d goroutines wait for (.+) for up to 12 minutes /.exec(title)?.[1]).sort(),
    ).toEqual(whats)
  })

  it('has an example in each row', () => {
    expect(new Set([...Object.values(EXAMPLES).flat(), ...Object.keys(LIBRARIES), REMOTE, REDIS])).toEqual(
      new Set(CALLS.map(({ what }) => what)),
    )
  })

  it.each(Object.entries(LIBRARIES))('is found for %s', (what, waits) => {
    for (const [state, ...functions] of waits) {
      const calls = [...functions.map((name) => `${name}(0xc000012000)`), 'shop/orders.(*Service).place(0xc000010000)']
      const [first, ...others] = findings(dumpOf([{ state: `${state}, 12 minutes`, calls }]))
      expect([first?.title.startsWith(`1 goroutine waits for ${what} for up to 12 minutes`), others]).toEqual([
        true,
        [],
      ])
    }
  })

  it('is not found where a connection waits for a notification', () => {
    const names = ['pgconn.(*PgConn).peekMessage', 'pgconn.(*PgConn).WaitForNotification']
    const calls = names.map((name) => `github.com/jackc/pgx/v5/${name}(0xc000012000)`)
    expect(findings(dumpOf([{ state: 'IO wait, 12 minutes', calls: [...calls, 'shop/jobs.(*queue).run()'] }]))).toEqual(
      [],
    )
  })

  it.each(['stream', 'supervisor', 'long-poll'])('is not found in a dump of %s, which waits by design', (name) => {
    expect(findingsOf(name)).toEqual([])
  })

  it('is reported as the cause of an exhausted connection pool', () => {
    const [first, ...others] = findingsOf('connections')
    expect(others).toEqual([])
    expect(first?.title).toContain('1 goroutine waits for the response of a database')
  })

  const request = (minutes: number): Written => ({
    state: `select, ${minutes} minutes`,
    calls: ['net/http.(*persistConn).roundTrip(0x0?)', 'net/http.Get(...)', 'main.fetch()'],
  })

  const remote = (state: string, ...calls: readonly string[]): Written => ({ state: `${state}, 12 minutes`, calls })

  it.each<[string, Written]>([
    ['net/rpc', remote('chan receive', 'net/rpc.(*Client).Call(0x0?)', 'shop/stock.(*Client).reserve(0x0?)')],
    [
      'gRPC',
      remote('select', 'google.golang.org/grpc.invoke(0x0?)', 'google.golang.org/grpc.(*ClientConn).Invoke(0x0?)'),
    ],
    [
      'ttrpc',
      remote('select', 'example.com/run/vendor/github.com/containerd/ttrpc.(*Client).Call(0x0?)', 'main.kill()'),
    ],
  ])('is found for %s', (_of, call) => {
    expect(findings(dumpOf([{ ...call, by: 'main.main in goroutine 1' }]))[0]?.title).toContain(REMOTE)
  })

  const redis = (command: string): Written => ({
    state: 'IO wait, 12 minutes',
    calls: [
      'github.com/redis/go-redis/v9/internal/pool.(*Conn).WithReader(0x0?)',
      'github.com/redis/go-redis/v9.(*baseClient)._process(0x0?)',
      `github.com/redis/go-redis/v9.cmdable.${command}(0x0?)`,
      'shop/session.(*store).load(0x0?)',
    ],
    by: 'main.main in goroutine 1',
  })

  it('is found for Redis, unless the command blocks by design', () => {
    expect(findings(dumpOf([redis('Get')]))[0]?.title).toContain(REDIS)
    for (const command of ['BLPop', 'BZPopMin', 'XReadGroup']) expect(findings(dumpOf([redis(command)]))).toEqual([])
  })

  it('is not found if the remote procedure waits for the end of a task', () => {
    const call = remote('select', 'github.com/containerd/ttrpc.(*Client).Call(0x0?)', 'main.(*task).Wait(0x0?)')
    expect(findings(dumpOf([{ ...call, by: 'main.main in goroutine 1' }]))).toEqual([])
  })

  it('is found without minutes for commands that have exited', () => {
    const output: Written = {
      state: 'chan receive',
      calls: ['os/exec.(*Cmd).awaitGoroutines(0x0?)', 'os/exec.(*Cmd).Wait(0x0?)', 'main.run()'],
      by: 'main.main in goroutine 1',
    }
    const [first] = findings(dumpOf(times(3, () => output)))
    expect(first).toMatchObject({ finding: 'slow', goroutines: 3, because: 'the command has exited' })
    expect(first?.title).toMatch(/^3 goroutines wait for the last output of a command that has exited at /)
    expect(findings(dumpOf(times(2, () => output)))).toEqual([])
  })

  it('is found earlier if ten or more all wait for minutes', () => {
    expect(findings(dumpOf(times(10, () => request(3))))).toMatchObject([{ finding: 'slow', goroutines: 10 }])
    expect(findings(dumpOf(times(10, () => request(2))))).toEqual([])
    expect(findings(dumpOf(times(9, () => request(10))))).toEqual([])
    expect(findings(dumpOf([...times(9, () => request(5)), request(1)]))).toEqual([])
    expect(findings(dumpOf([request(11)]))).toHaveLength(1)
  })
})
