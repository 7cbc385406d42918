/**
 * Calls outside the program that take longer than any caller wants to wait: without a time-out they may never end. Streams, watches, long
 * polls, supervised child processes and connections that are read for the next message wait by design, and have no row.
 */
import { fact } from '../core/facts.ts'
import type { Signature } from '../core/model.ts'
import { type Name, namesOf, UNKNOWN } from '../core/names.ts'
import { HTTP_RESPONSE, OUTPUT_OF_ENDED } from '../leaks/asked.ts'
import { HTTP_CONNECTION } from '../leaks/pools.ts'
import { goroutines, placeOf } from '../leaks/words.ts'
import { isStandard } from '../stacks/title.ts'
import { about } from './about.ts'
import { SURE_MINUTES } from './active.ts'
import { type Finding, isJudged, type Scene, type Seen } from './finding.ts'
import { CALLS as CALLS_OUT, waysOf } from './ways.ts'

interface CallRow {
  readonly what: string
  /** A function on the stack. */
  readonly inner: RegExp
  /** Minutes from which a single goroutine is reported. */
  readonly minutes: number
  /** Number of goroutines that are reported without minutes. */
  readonly atOnce?: number
  /** Why this many minutes. */
  readonly reason: string
  readonly hint: string
  readonly source: string
}

/** This many, if all of them have waited for `MANY_MINUTES`, are reported earlier. */
const MANY = 10
const MANY_MINUTES = SURE_MINUTES

/** Functions whose names say that they wait for something that may never come; of Redis, its blocking commands, and any command given as text. */
const BY_DESIGN =
  /(?:(?:[Ww]atch|[Pp]oll|[Ss]ubscri|[Ll]isten|[Ss]tream|[Nn]otif|WaitFor)\w*|\.(?:Wait|Lock)|\/go-redis\/.*\.(?:B[LRZ]\w+|XRead\w*|Do))(?:\.func\d|$)/

export const CALLS: readonly CallRow[] = [
  {
    what: 'a host name',
    inner: /^net\.(?:\(\*Resolver\)\.|cgoLookup|_C_getaddrinfo)/,
    minutes: SURE_MINUTES,
    reason: 'the resolver of Go queries each server twice, for 5 s each',
    hint: 'give the lookup, or the Dialer, a context with a deadline',
    source: 'net/dnsclient_unix.go, dnsconfig_unix.go',
  },
  {
    what: 'the TLS handshake',
    inner: /^crypto\/tls\.\(\*Conn\)\.clientHandshake$/,
    minutes: SURE_MINUTES,
    reason: 'http.DefaultTransport gives it 10 s',
    hint: 'set TLSHandshakeTimeout of the Transport, or a deadline on the connection',
    source: 'crypto/tls/handshake_client.go',
  },
  {
    what: 'an HTTP connection',
    inner: HTTP_CONNECTION,
    minutes: 3,
    reason: 'Linux gives up dialling after 127 s (tcp_syn_retries)',
    hint: 'set the Timeout of the http.Client, or give each request a context with a deadline',
    source: 'net/http/transport.go getConn',
  },
  {
    what: 'an HTTP response',
    inner: HTTP_RESPONSE,
    minutes: 11,
    reason: 'blocking queries of Consul last up to 10 minutes',
    hint: 'set the Timeout of the http.Client, or give each request a context with a deadline',
    source: 'net/http/transport.go roundTrip, h2_bundle.go',
  },
  {
    what: 'the response to a remote procedure call',
    inner:
      /^net\/rpc\.\(\*Client\)\.Call$|(?:^|\/)(?:google\.golang\.org\/grpc\.(?:\(\*ClientConn\)\.)?[Ii]nvoke|ttrpc\.\(\*Client\)\.Call)$/,
    minutes: 11,
    reason: 'as for HTTP: calls that last longer by design are streams',
    hint: 'give each call a context with a deadline',
    source: 'google.golang.org/grpc/call.go invoke; containerd/ttrpc/client.go dispatch; net/rpc/client.go Call',
  },
  {
    what: 'the response of a database',
    inner: /^database\/sql\.ctxDriver(?:Prepare|Exec|Query|StmtExec|StmtQuery|Begin)$/,
    minutes: 10,
    reason: 'reports take minutes',
    hint: 'give each query a context with a deadline, and the driver a read time-out',
    source: 'database/sql/ctxutil.go',
  },
  {
    what: 'the reply of Redis',
    inner:
      /^github\.com\/redis\/go-redis\/v\d+\.\(\*baseClient\)\.(?:_process|pipelineProcessCmds|txPipelineProcessCmds)$/,
    minutes: 10,
    reason: 'only blocking commands, which are not counted, take minutes',
    hint: 'set ReadTimeout of the client, or give each command a context with a deadline and set ContextTimeoutEnabled',
    source: 'go-redis/redis.go _process, cmdTimeout',
  },
  {
    what: 'the lock of a file',
    inner: /^(?:syscall|golang\.org\/x\/sys\/unix)\.(?:Flock|FcntlFlock)$/,
    minutes: 10,
    reason: 'programs that share a file lock it for moments',
    hint: 'try with LOCK_NB until a deadline',
    source: 'syscall/zsyscall_linux_amd64.go Flock; syscall/flock_linux.go FcntlFlock',
  },
  {
    what: 'the response of PostgreSQL',
    inner: /^github\.com\/jackc\/(?:pgx\/v\d+\/pgconn|pgconn)\.\(\*PgConn\)\.peekMessage$/,
    minutes: 10,
    reason: 'reports take minutes',
    hint: 'give each query a context with a deadline, or set statement_timeout',
    source: 'pgx/pgconn/pgconn.go peekMessage',
  },
  {
    what: 'the response of MongoDB',
    inner: /^go\.mongodb\.org\/mongo-driver\/.*\/topology\.\(\*connection\)\.readWireMessage$/,
    minutes: 10,
    reason: 'aggregations take minutes; change streams are asked again each second',
    hint: 'set Timeout of the client, or give each operation a context with a deadline',
    source: 'mongo-driver x/mongo/driver/topology/connection.go readWireMessage',
  },
  {
    what: 'the reply of RabbitMQ',
    inner: /^github\.com\/(?:rabbitmq\/amqp091-go|streadway\/amqp)\.\(\*(?:Channel|Connection)\)\.call$/,
    minutes: SURE_MINUTES,
    reason: 'a connection without heartbeats is closed after half a minute',
    hint: 'keep receiving from the channels of NotifyClose, NotifyPublish and Consume: while one of them is full, the connection reads nothing',
    source: 'amqp091-go channel.go call; connection.go call, defaultHeartbeat',
  },
  {
    what: 'a confirmation of RabbitMQ',
    inner: /^github\.com\/rabbitmq\/amqp091-go\.\(\*DeferredConfirmation\)\.Wait(?:Context)?$/,
    minutes: 10,
    reason: 'brokers block publishers while they are short of memory or disk, for minutes at most',
    hint: 'wait with WaitContext and a deadline',
    source: 'amqp091-go confirms.go Wait, WaitContext',
  },
  {
    what: 'the acknowledgement of Kafka',
    inner:
      /^github\.com\/(?:segmentio\/kafka-go\.\(\*Writer\)\.WriteMessages|(?:IBM|Shopify)\/sarama\.\(\*syncProducer\)\.SendMessages?)$/,
    minutes: 5,
    reason: 'kafka-go gives up after 10 attempts of 10 s each, sarama after 4 of 30 s',
    hint: 'give WriteMessages a context with a deadline; of sarama, read Errors and Successes of every producer',
    source: 'kafka-go writer.go WriteMessages; sarama sync_producer.go SendMessage',
  },
  {
    what: 'the last output of a command that has exited',
    inner: OUTPUT_OF_ENDED,
    minutes: SURE_MINUTES,
    atOnce: 3,
    reason: 'the command has exited',
    hint: 'a child of the command holds its output: set WaitDelay',
    source: 'os/exec/exec.go awaitGoroutines',
  },
  {
    what: 'the output of a command',
    inner: /^os\/exec\.\(\*Cmd\)\.(?:Output|CombinedOutput)$/,
    minutes: 10,
    reason: 'whoever collects the output needs all of it',
    hint: 'start it with exec.CommandContext, and set WaitDelay',
    source: 'os/exec/exec.go Output, CombinedOutput',
  },
]

export function calls({ seen }: Scene): Finding[] {
  const found: Finding[] = []
  for (const each of seen) {
    const row = rowOf(each)
    if (row === undefined) continue
    const { count, signature, waitMax = 0 } = each.tally
    const isLate = waitMax >= MANY_MINUTES
    const finding = about([each], {
      finding: 'slow',
      severity: 'warning',
      title: `${goroutines(count)} ${count === 1 ? 'waits' : 'wait'} for ${row.what}${isLate ? ` for up to ${waitMax} minutes` : ''} ${placeOf(signature.title)}`,
      because: isLate ? `no time-out has ended the call in ${waitMax} minutes` : row.reason,
      fault: 'call_without_timeout',
      hint: row.hint,
    })
    found.push(finding)
  }
  return found
}

/** Flags of a function name: it waits by design; above that its row in CALLS, from 1. */
const WAITS_BY_DESIGN = 1
const ROW_SHIFT = 1

function callOfName(name: Name): number {
  if (name.call === UNKNOWN) {
    const { text } = name
    const row = CALLS.findIndex(({ inner }) => inner.test(text)) + 1
    name.call = row === 0 && !isStandard(text) && BY_DESIGN.test(text) ? WAITS_BY_DESIGN : row << ROW_SHIFT
  }
  return name.call
}

/** Row of the outbound call that a stack is in, whatever its state; `CALLS.length` for none. */
const callOf = fact(({ stack }: Signature): number => {
  let first = CALLS.length
  let said = 0
  for (const name of namesOf(stack)) {
    const call = callOfName(name)
    said |= call
    if (call >> ROW_SHIFT > 0) first = Math.min(first, (call >> ROW_SHIFT) - 1)
  }
  return (said & WAITS_BY_DESIGN) === 0 ? first : CALLS.length
})

/** Is a call of the table on the stack, however long it may take? */
export const isCallOut: (signature: Signature) => boolean = fact(({ stack }: Signature) =>
  namesOf(stack).some((name) => callOfName(name) >> ROW_SHIFT > 0),
)

/** Has it a finding of this rule? */
export function isSlowCall(seen: Seen): boolean {
  return rowOf(seen) !== undefined
}

function rowOf(seen: Seen): CallRow | undefined {
  const { tally, idle, ways } = seen
  const { count, signature, waitMin = 0, waitMax = 0 } = tally
  if ((ways & CALLS_OUT) === 0 || idle || isJudged(seen)) return undefined
  if ((waysOf(seen.state) & CALLS_OUT) === 0) return undefined
  const row = CALLS[callOf(signature)]
  if (row === undefined) return undefined
  const areMany = count >= MANY && waitMin >= MANY_MINUTES
  return waitMax >= row.minutes || areMany || count >= (row.atOnce ?? Number.POSITIVE_INFINITY) ? row : undefined
}
