/**
 * Goroutines that wait by design, each with the source that shows it. They are counted, and set aside in what people read.
 *
 * A row names functions: `inner` must be on the stack, and `outer`, if given, further out. Some of them call code of others, such as a handler: if
 * that waits, the goroutine is not idle.
 */
import type { Signature, Stack } from '../core/model.ts'
import { factOfName, type Name, namesOf, UNKNOWN } from '../core/names.ts'
import { isStandard, packageOf } from './title.ts'

export interface IdleRow {
  readonly what: string
  /** A function on the stack. */
  readonly inner: RegExp
  /** Another function, further out. */
  readonly outer?: RegExp
  /** It calls code of others: the row holds only while that is not on the stack. */
  readonly callsOthers?: true
  readonly source: string
}

export const IDLE: readonly IdleRow[] = [
  {
    what: 'signal loop',
    inner: /^os\/signal\.signal_recv$/,
    source: 'os/signal/signal_unix.go loop',
  },
  {
    what: 'accept loop',
    inner: /^internal\/poll\.\(\*FD\)\.Accept$/,
    source: 'net/http/server.go Serve, and every other server',
  },
  {
    what: 'connection of an HTTP server between requests',
    inner: /^(?:bufio\.\(\*Reader\)\.Peek|net\/http\.readRequest)$/,
    outer: /^net\/http\.\(\*conn\)\.serve$/,
    source: 'net/http/server.go serve: Peek(4), readRequest',
  },
  {
    what: 'watch on the connection of a request in flight',
    inner: /^net\/http\.\(\*connReader\)\.backgroundRead$/,
    source: 'net/http/server.go startBackgroundRead',
  },
  {
    what: 'connection of an HTTP client between requests',
    inner: /^bufio\.\(\*Reader\)\.Peek$/,
    outer: /^net\/http\.\(\*persistConn\)\.readLoop$/,
    source: 'net/http/transport.go readLoop',
  },
  {
    what: 'writer of an HTTP connection',
    inner: /^net\/http\.\(\*persistConn\)\.writeLoop$/,
    source: 'net/http/transport.go writeLoop',
  },
  {
    what: 'HTTP/2 connection',
    inner:
      /^(?:net\/http\.\(\*http2|golang\.org\/x\/net\/http2\.\(\*|net\/http\/internal\/http2\.\(\*)(?:clientConnReadLoop\)\.run|[cC]lientConn\)\.readLoop|serverConn\)\.(?:serve|readFrames))$/,
    source: 'golang.org/x/net/http2 transport.go readLoop; server.go serve, readFrames',
  },
  {
    what: 'connections of a database pool',
    inner: /^database\/sql\.\(\*DB\)\.connection(?:Opener|Cleaner|Resetter)$/,
    source: 'database/sql/sql.go OpenDB, startCleanerLocked',
  },
  {
    what: 'watcher of a database connection',
    inner:
      /^github\.com\/(?:go-sql-driver\/mysql\.\(\*mysqlConn\)\.startWatcher|jackc\/(?:pgx\/v\d\/pgxpool|pgxpool)\.\(\*Pool\)\.backgroundHealthCheck|redis\/go-redis\/.*\/pool\.\(\*ConnPool\)\.reaper)/,
    source: 'go-sql-driver/mysql connection.go; pgxpool/pool.go; go-redis/internal/pool/pool.go',
  },
  {
    what: 'gRPC connection',
    inner:
      /^google\.golang\.org\/grpc\/internal\/(?:transport\.\(\*(?:http2Client\)\.(?:reader|keepalive)|http2Server\)\.(?:HandleStreams|keepalive)|loopyWriter\)\.run|controlBuffer\)\.get)|grpcsync\.\(\*CallbackSerializer\)\.run)$/,
    source: 'google.golang.org/grpc/internal/transport http2_client.go, http2_server.go, controlbuf.go',
  },
  {
    what: 'gRPC balancer',
    inner: /^google\.golang\.org\/grpc\.\(\*ccBalancerWrapper\)\.watcher$/,
    source: 'google.golang.org/grpc balancer_wrapper.go',
  },
  {
    what: 'worker of a gRPC server between requests',
    inner: /^google\.golang\.org\/grpc\.\(\*Server\)\.serverWorker$/,
    callsOthers: true,
    source: 'google.golang.org/grpc server.go serverWorker',
  },
  {
    what: 'informer that waits for events',
    inner:
      /^k8s\.io\/(?:client-go\/tools\/cache\.(?:\(\*Reflector\)\.|watchHandler|\(\*processorListener\)\.(?:run|pop)|\(\*DeltaFIFO\)\.Pop|\(\*sharedProcessor\)\.run)|client-go\/util\/workqueue\.|apimachinery\/pkg\/watch\.\(\*(?:Broadcaster|StreamWatcher))/,
    callsOthers: true,
    source: 'k8s.io/client-go/tools/cache reflector.go, shared_informer.go; util/workqueue/queue.go',
  },
  {
    what: 'flusher of a logger',
    inner:
      /^(?:k8s\.io\/klog(?:\/v2)?\.\(\*(?:loggingT\)\.flushDaemon|flushDaemon\)\.run)|github\.com\/golang\/glog\.\(\*\w+\)\.flushDaemon|gopkg\.in\/natefinch\/lumberjack\.v2\.\(\*Logger\)\.millRun)/,
    source: 'klog/v2/klog.go run; glog/glog_file.go flushDaemon; lumberjack.go millRun',
  },
  {
    what: 'exporter of telemetry',
    inner:
      /^(?:go\.opencensus\.io\/stats\/view\.\(\*worker\)\.start|go\.opentelemetry\.io\/otel\/sdk\/(?:trace\.\(\*batchSpanProcessor\)\.processQueue|metric\.\(\*PeriodicReader\)\.run|log\.exportSync))/,
    source: 'opencensus stats/view/worker.go; otel/sdk trace/batch_span_processor.go, metric/periodic_reader.go',
  },
  {
    what: 'test that waits for another one',
    inner:
      /^testing\.(?:\(\*T\)\.(?:Run|Parallel)|\(\*testState\)\.waitParallel|\(\*testContext\)\.waitParallel|runTests\.func1|tRunner\.func1)$/,
    source: 'testing/testing.go Run, tRunner',
  },
  {
    what: 'context that waits for its parent',
    inner: /^context\.(?:\(\*cancelCtx\)\.propagateCancel|propagateCancel|WithDeadlineCause)\.func\d$/,
    source: 'context/context.go propagateCancel',
  },
]

/** Goroutines of the runtime: garbage collector, finalizers, timers (runtime/proc.go, mgc.go, mfinal.go). */
const RUNTIME = /^(?:internal\/)?runtime[./]/

/** The rows that a function matches, a bit for each. */
interface Place {
  readonly inner: number
  readonly outer: number
}

const bitsOf = (holds: (row: IdleRow) => boolean): number =>
  IDLE.reduce((bits, row, i) => (holds(row) ? bits | (1 << i) : bits), 0)

const placeOf = factOfName(({ text }): Place => {
  return { inner: bitsOf(({ inner }) => inner.test(text)), outer: bitsOf(({ outer }) => outer?.test(text) === true) }
})

/** Rows without `outer`, and those of them that call code of others. */
const ALONE = bitsOf(({ outer }) => outer === undefined)
const CALLS_OTHERS = bitsOf(({ callsOthers }) => callsOthers === true)

const OF_RUNTIME = 1
const IN_ROW = 2

function isInRow(text: string): boolean {
  return IDLE.some(({ inner, outer }) => inner.test(text) || outer?.test(text) === true)
}

function idleOf(name: Name): number {
  if (name.idle === UNKNOWN) {
    const { text } = name
    name.idle = (RUNTIME.test(text) ? OF_RUNTIME : 0) | (isInRow(text) ? IN_ROW : 0)
  }
  return name.idle
}

/** Is any of the functions `inside` a call of `caller` neither of its project nor of the standard library? */
function callsOthers(inside: readonly Name[], caller: Name): boolean {
  return inside.some((name) => !isStandard(name.text) && hostOf(name) !== hostOf(caller))
}

/** `k8s.io` for `k8s.io/client-go/tools/cache.NewReflector`. */
function hostOf({ text }: Name): string {
  const path = packageOf(text)
  const end = path.indexOf('/')
  return end < 0 ? path : path.slice(0, end)
}

/** The value of `Signature.idle`. */
export function idleness(stack: Stack): Signature['idle'] {
  const names = namesOf(stack)
  let runtime = names.length > 0
  let last: Name | undefined
  let within = 0
  for (let at = 0; at < names.length; at++) {
    const name = names[at] as Name
    const idle = idleOf(name)
    if ((idle & OF_RUNTIME) === 0) {
      runtime = false
      last = name
    }
    if ((idle & IN_ROW) === 0) continue
    const place = placeOf(name)
    const inner = (place.inner & CALLS_OTHERS) !== 0 && callsOthers(names.slice(0, at), name) ? 0 : place.inner
    if ((inner & ALONE) !== 0 || (place.outer & within) !== 0) return 'always'
    within |= inner
  }
  if (runtime) return 'always'
  // Does `main.main` wait directly, without other functions of the program in between?
  return last?.text === 'main.main' ? 'main' : 'no'
}
