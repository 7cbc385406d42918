// Seeded logs and dumps, as pieces of bytes, so that an input of any length needs little memory. A library for the other files here, and a command
// that writes to stdout:
//
//   node bench/generate.mjs log    --bytes 512M [--prose]
//   node bench/generate.mjs dump   --goroutines 100000 --stacks 10 [--dumps 2] [--parents 5000]
//   node bench/generate.mjs line   --bytes 32M [--fill text|headers]
//   node bench/generate.mjs stream --bytes 10G [--every 64M] [--goroutines 1000]
//
// The same seed (--seed N) gives the same bytes. --dumps repeats ids like a living process: six in ten goroutines of a dump are still there in the
// next one.
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const PIECE = 256 << 10

/** mulberry32: small, seedable, and good enough to vary a log. Returns integers below n. */
export function random(seed) {
  let a = seed >>> 0
  return (n) => {
    a = (a + 0x6d2b79f5) | 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n)
  }
}

const PATHS = ['/api/v1/items', '/api/v1/users/me', '/healthz', '/api/v2/feed?cursor=', '/static/app.js', '/login']
const AGENTS = [
  'curl/8.5.0',
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'kube-probe/1.31',
]
/** What people write about goroutines in logs without a dump. */
const PROSE = [
  'worker pool: goroutine 17 finished after 3 retries',
  'goroutine pool exhausted, 512 waiting',
  'runtime stats: goroutine count=53 heap=112MiB',
  'panic recovered in handler, see goroutine 9 [running] above',
]

function stamp(rnd) {
  const two = (n) => String(n).padStart(2, '0')
  return `2026-11-24T${two(rnd(24))}:${two(rnd(60))}:${two(rnd(60))}.${String(rnd(1000)).padStart(3, '0')}Z`
}

/** One line of a service's log: logfmt, JSON, the format of the log package, or an access log. */
export function logLine(rnd) {
  const path = PATHS[rnd(PATHS.length)]
  const id = (rnd(1 << 30) + (1 << 30)).toString(16)
  switch (rnd(4)) {
    case 0:
      return `time=${stamp(rnd)} level=INFO msg="request handled" method=GET path=${path} status=200 duration=${rnd(900)}ms req_id=${id} worker=${rnd(64)}`
    case 1:
      return `{"level":"info","ts":"${stamp(rnd)}","caller":"server/handler.go:${rnd(400)}","msg":"request handled","path":"${path}","status":${rnd(8) ? 200 : 404},"bytes":${rnd(1 << 20)},"req_id":"${id}"}`
    case 2:
      return `2026/11/24 ${stamp(rnd).slice(11, 19)} cache.go:${rnd(300)}: refreshed ${rnd(5000)} keys of shard ${rnd(32)} (${id})`
    default:
      return `10.0.${rnd(256)}.${rnd(256)} - - [24/Nov/2026:${stamp(rnd).slice(11, 19)} +0000] "GET ${path} HTTP/1.1" 200 ${rnd(90000)} "-" "${AGENTS[rnd(AGENTS.length)]}"`
  }
}

/** `bytes` of ordinary log. Blocks of 1 MiB are generated once and then drawn at random, because generating is slower than what is measured. */
export function* log({ bytes, seed = 1, prose = false }) {
  const rnd = random(seed)
  const blocks = []
  for (let left = bytes; left > 0; ) {
    let block = blocks.length < 16 ? undefined : blocks[rnd(blocks.length)]
    if (block === undefined) {
      const lines = []
      for (let size = 0; size < 1 << 20; size += (lines.at(-1)?.length ?? 0) + 1) {
        lines.push(prose && rnd(500) === 0 ? `${stamp(rnd)} WARN ${PROSE[rnd(PROSE.length)]}` : logLine(rnd))
      }
      block = Buffer.from(`${lines.join('\n')}\n`)
      blocks.push(block)
    }
    if (block.length > left) {
      const cut = block.subarray(0, left)
      yield cut.length > 0 ? Buffer.concat([cut.subarray(0, -1), Buffer.from('\n')]) : cut
      return
    }
    yield block
    left -= block.length
  }
}

/** Stacks of a service that leaks, in the format of Go 1.21 to 1.27. `~` becomes a pointer that differs between goroutines. */
const STACKS = [
  {
    state: 'chan receive',
    frames: [
      ['content_svr/cron/hashtag_suggestion.(*Cron).step2.func1', '', '/app/cron/hashtag_suggestion/cron.go:14 +0x8c'],
    ],
    by: ['content_svr/cron/hashtag_suggestion.(*Cron).step2', '/app/cron/hashtag_suggestion/cron.go:12 +0x65'],
  },
  {
    state: 'chan send',
    frames: [
      ['content_svr/producer.(*Producer).push', '~, {~, 0x1f}', '/app/producer/producer.go:88 +0x1a5'],
      ['content_svr/producer.(*Producer).Run.func2', '', '/app/producer/producer.go:61 +0x4b'],
    ],
    by: ['content_svr/producer.(*Producer).Run', '/app/producer/producer.go:59 +0x1d1'],
  },
  {
    state: 'IO wait',
    frames: [
      ['internal/poll.runtime_pollWait', '~, 0x72', '/usr/local/go/src/runtime/netpoll.go:351 +0x85'],
      ['internal/poll.(*pollDesc).wait', '~?, ~?, 0x0', '/usr/local/go/src/internal/poll/fd_poll_runtime.go:84 +0x27'],
      ['internal/poll.(*pollDesc).waitRead', '...', '/usr/local/go/src/internal/poll/fd_poll_runtime.go:89'],
      ['internal/poll.(*FD).Read', '~, {~, 0x1000, 0x1000}', '/usr/local/go/src/internal/poll/fd_unix.go:165 +0x27a'],
      ['net.(*netFD).Read', '~, {~?, ~?, 0x492ad3?}', '/usr/local/go/src/net/fd_posix.go:55 +0x25'],
      ['net.(*conn).Read', '~, {~?, 0x0?, ~?}', '/usr/local/go/src/net/net.go:194 +0x45'],
      ['net/http.(*connReader).Read', '~, {~, 0x1000, 0x1000}', '/usr/local/go/src/net/http/server.go:798 +0x159'],
      ['bufio.(*Reader).fill', '~', '/usr/local/go/src/bufio/bufio.go:113 +0x103'],
      ['bufio.(*Reader).Peek', '~, 0x4', '/usr/local/go/src/bufio/bufio.go:152 +0x53'],
      ['net/http.(*conn).serve', '~, {0x8c3d28, ~}', '/usr/local/go/src/net/http/server.go:2137 +0x785'],
    ],
    by: ['net/http.(*Server).Serve', '/usr/local/go/src/net/http/server.go:3454 +0x485'],
  },
  {
    state: 'select',
    frames: [['net/http.(*persistConn).writeLoop', '~', '/usr/local/go/src/net/http/transport.go:2600 +0xe7']],
    by: ['net/http.(*Transport).dialConn', '/usr/local/go/src/net/http/transport.go:1948 +0x174f'],
  },
  {
    state: 'select',
    frames: [
      ['database/sql.(*DB).connectionOpener', '~, {0x8c3d60, ~}', '/usr/local/go/src/database/sql/sql.go:1261 +0x87'],
    ],
    by: ['database/sql.OpenDB', '/usr/local/go/src/database/sql/sql.go:841 +0x130'],
  },
  {
    state: 'sync.Mutex.Lock',
    frames: [
      ['internal/sync.runtime_SemacquireMutex', '~?, 0x0?, 0x1?', '/usr/local/go/src/runtime/sema.go:95 +0x25'],
      ['internal/sync.(*Mutex).lockSlow', '~', '/usr/local/go/src/internal/sync/mutex.go:149 +0x15d'],
      ['internal/sync.(*Mutex).Lock', '...', '/usr/local/go/src/internal/sync/mutex.go:70'],
      ['sync.(*Mutex).Lock', '...', '/usr/local/go/src/sync/mutex.go:46'],
      ['content_svr/cache.(*LRU[...]).Get', '~, {~, 0x18}', '/app/cache/lru.go:42 +0x9b'],
      ['content_svr/feed.(*Service).rank', '~, {0x8c3d28, ~}, ~', '/app/feed/rank.go:118 +0x2f4'],
      ['content_svr/feed.(*Service).Page.func1', '', '/app/feed/page.go:73 +0x8e'],
    ],
    by: ['content_svr/feed.(*Service).Page', '/app/feed/page.go:70 +0x1f9'],
  },
  {
    state: 'sleep',
    frames: [
      ['time.Sleep', '0x3b9aca00', '/usr/local/go/src/runtime/time.go:363 +0x165'],
      ['content_svr/metrics.(*Reporter).loop', '~', '/app/metrics/report.go:31 +0x45'],
    ],
    by: ['content_svr/metrics.NewReporter', '/app/metrics/report.go:22 +0xdb'],
  },
  {
    state: 'sync.WaitGroup.Wait',
    frames: [
      ['sync.runtime_SemacquireWaitGroup', '~?, 0x0?', '/usr/local/go/src/runtime/sema.go:114 +0x2e'],
      ['sync.(*WaitGroup).Wait', '~', '/usr/local/go/src/sync/waitgroup.go:206 +0x85'],
      [
        'golang.org/x/sync/errgroup.(*Group).Wait',
        '~',
        '/go/pkg/mod/golang.org/x/sync@v0.17.0/errgroup/errgroup.go:56 +0x1f',
      ],
      ['content_svr/search.(*Index).Query', '~, {0x8c3d28, ~}, {~, 0x9}', '/app/search/query.go:207 +0x3c5'],
      ['content_svr/search.(*Handler).ServeHTTP', '~, {0x8c3120, ~}, ~', '/app/search/handler.go:55 +0x1ee'],
    ],
    by: ['content_svr/search.(*Handler).dispatch', '/app/search/handler.go:41 +0xb7'],
  },
  {
    state: 'chan receive',
    frames: [
      ['content_svr/pkg/kafka.(*Consumer).poll', '~, {~, 0x8, 0x8}, ~', '/app/pkg/kafka/consumer.go:173 +0x8f'],
      ['content_svr/pkg/kafka.(*Consumer).Run', '~, {0x8c3d28, ~}', '/app/pkg/kafka/consumer.go:120 +0x2a5'],
      ['content_svr/pkg/kafka.(*Group).start.func1', '', '/app/pkg/kafka/group.go:64 +0x33'],
    ],
    by: ['content_svr/pkg/kafka.(*Group).start', '/app/pkg/kafka/group.go:62 +0x16a'],
  },
  {
    state: 'select',
    frames: [
      [
        'google.golang.org/grpc/internal/transport.(*controlBuffer).get',
        '~, 0x1',
        '/go/pkg/mod/google.golang.org/grpc@v1.76.0/internal/transport/controlbuf.go:412 +0x108',
      ],
      [
        'google.golang.org/grpc/internal/transport.(*loopyWriter).run',
        '~',
        '/go/pkg/mod/google.golang.org/grpc@v1.76.0/internal/transport/controlbuf.go:578 +0x86',
      ],
      [
        'google.golang.org/grpc/internal/transport.NewServerTransport.func2',
        '',
        '/go/pkg/mod/google.golang.org/grpc@v1.76.0/internal/transport/http2_server.go:330 +0xd9',
      ],
    ],
    by: [
      'google.golang.org/grpc/internal/transport.NewServerTransport',
      '/go/pkg/mod/google.golang.org/grpc@v1.76.0/internal/transport/http2_server.go:328 +0x18c8',
    ],
  },
]

/** Last digits of the pointers of one goroutine: close together, but not the same. */
const OFFSETS = ['008', '1e0', '0c8', '360', 'd28', '4b0', '918', 'a80']

const STATES = ['chan receive', 'chan send', 'select', 'IO wait', 'semacquire', 'sync.Mutex.Lock', 'sleep']

/** The n-th stack after the ones above: a distinct call chain of four to eight frames, only some of which are shared. */
function madeStack(n, rnd) {
  const frames = []
  for (let i = 4 + rnd(5); i > 0; i--) {
    const p = rnd(40)
    const f = rnd(30)
    const method = i === 2 ? `handle${n}` : `call${f}`
    frames.push([
      `example.com/shop/pkg${p}.(*Service${rnd(9)}).${method}`,
      '~, {~, 0x10}',
      `/src/shop/pkg${p}/file${f}.go:${rnd(900) + 1} +0x${(rnd(2000) + 16).toString(16)}`,
    ])
  }
  const p = rnd(40)
  return {
    state: STATES[n % STATES.length] ?? 'select',
    frames,
    by: [
      `example.com/shop/pkg${p}.Start`,
      `/src/shop/pkg${p}/start.go:${rnd(200) + 1} +0x${(rnd(900) + 16).toString(16)}`,
    ],
  }
}

/** A stack as pieces of text with pointers between them; the first piece starts after the header. */
function pieces(stack) {
  const body = stack.frames.map(([name, args, file]) => `${name}(${args})\n\t${file}\n`).join('')
  const [by, file] = stack.by
  return { state: stack.state, parts: body.split('~'), by: `created by ${by} in goroutine `, file: `\n\t${file}\n\n` }
}

/**
 * `dumps` dumps of `goroutines` goroutines each, over `stacks` different stacks, the first of which are the most frequent, with `between` bytes of
 * log
 * before each dump and after the last. The goroutines of a stack have one parent; with `parents` above 1 they have that many (a leak per request),
 * which makes panicparse build a bucket for each and take minutes.
 */
export function* dumps({ goroutines, stacks = 10, dumps: count = 1, between = 4096, seed = 1, parents = 1 }) {
  const rnd = random(seed)
  const table = []
  for (let i = 0; i < stacks; i++) table.push({ ...pieces(STACKS[i] ?? madeStack(i, rnd)), parent: 1 + rnd(500) })
  const ids = new Uint32Array(goroutines)
  const which = new Uint32Array(goroutines)
  let nextId = 1
  let text = ''
  let logs = seed
  for (let dump = 0; dump < count; dump++) {
    yield* log({ bytes: between, seed: ++logs })
    let kept = 0
    for (let i = 0; dump > 0 && i < goroutines; i++) {
      if (rnd(10) < 6) {
        ids[kept] = ids[i]
        which[kept++] = which[i]
      }
    }
    for (let i = kept; i < goroutines; i++) {
      nextId += 1 + rnd(3)
      ids[i] = nextId
      // Every stack occurs at least once if there are enough goroutines; apart from that, the first ones are more frequent.
      which[i] = dump === 0 && i < stacks ? i : Math.min(rnd(stacks), rnd(stacks))
    }
    for (let i = 0; i < goroutines; i++) {
      const stack = table[which[i]]
      const minutes = rnd(4) === 0 ? `, ${1 + rnd(90)} minutes` : ''
      const pointer = `0xc${rnd(1 << 24)
        .toString(16)
        .padStart(6, '0')}`
      text += `goroutine ${ids[i]} [${stack.state}${minutes}]:\n`
      for (let p = 0; p < stack.parts.length; p++)
        text += p === 0 ? stack.parts[p] : pointer + OFFSETS[p % 8] + stack.parts[p]
      text += `${stack.by}${stack.parent + (parents > 1 ? rnd(parents) : 0)}${stack.file}`
      if (text.length >= PIECE) {
        yield Buffer.from(text)
        text = ''
      }
    }
    // The runtime writes an empty line between goroutines, but not after the last one.
    yield Buffer.from(text.slice(0, -1))
    text = ''
  }
  yield* log({ bytes: between, seed: ++logs })
}

/** One line of `bytes` bytes between two short ones; `headers`: of text that looks like the start of a dump everywhere. */
export function* line({ bytes, fill = 'text' }) {
  yield Buffer.from('first\n')
  const unit =
    fill === 'headers'
      ? 'goroutine 17 [chan receive]:\\nmain.f(0x0)\\n\\t/x.go:1 +0x1\\n\\n'
      : 'lorem ipsum dolor sit amet '
  const piece = Buffer.from(unit.repeat(Math.ceil(PIECE / unit.length)))
  for (let left = bytes; left > 0; left -= piece.length) yield left < piece.length ? piece.subarray(0, left) : piece
  yield Buffer.from('\nlast\n')
}

/** The log of an endless service, cut at `bytes`: ordinary lines, and a dump every `every` bytes. */
export function* stream({ bytes, every = 64 << 20, goroutines = 1000, seed = 1 }) {
  let n = seed
  for (let left = bytes; left > 0; left -= every) {
    yield* log({ bytes: Math.min(every, left), seed: ++n })
    yield* dumps({ goroutines, between: 0, seed: 1 })
  }
}

/** `512M` → bytes. */
export function size(text) {
  const match = /^(\d+(?:\.\d+)?)([KMG]?)$/i.exec(text)
  if (match === null) throw new Error(`not a size: ${text} (write 64M or 10G)`)
  return Math.round(Number(match[1]) * 1024 ** ['', 'K', 'M', 'G'].indexOf(match[2].toUpperCase()))
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      bytes: { type: 'string', default: '64M' },
      goroutines: { type: 'string', default: '1000' },
      stacks: { type: 'string', default: '10' },
      dumps: { type: 'string', default: '1' },
      parents: { type: 'string', default: '1' },
      every: { type: 'string', default: '64M' },
      fill: { type: 'string', default: 'text' },
      seed: { type: 'string', default: '1' },
      prose: { type: 'boolean', default: false },
    },
  })
  const options = {
    bytes: size(values.bytes),
    goroutines: Number(values.goroutines),
    stacks: Number(values.stacks),
    dumps: Number(values.dumps),
    parents: Number(values.parents),
    every: size(values.every),
    fill: values.fill,
    seed: Number(values.seed),
    prose: values.prose,
  }
  const kinds = { log, dump: dumps, line, stream }
  const make = kinds[positionals[0]]
  if (make === undefined) throw new Error(`say what to make: ${Object.keys(kinds).join(', ')}`)
  process.stdout.on('error', (error) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  for (const piece of make(options)) if (!process.stdout.write(piece)) await once(process.stdout, 'drain')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main()
