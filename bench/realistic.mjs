// Seeded dumps with realistic stacks: 5 to 25 frames of some eighty bytes a line, paths in the module cache, pointers and numbers that differ between
// goroutines. The stacks of generate.mjs are short. As a command it writes to stdout:
//
//   node bench/realistic.mjs [--goroutines 50000] [--stacks 300] [--zipf] [--form stack|signal|profile] [--dumps 1]
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { logLine, random } from './generate.mjs'

const PIECE = 256 << 10
const GO = '/usr/local/go/src/'
const MOD = '/go/pkg/mod/'

/** What a goroutine waits in: its state, then the innermost frames. `~`: a pointer, `#`: a small number. */
const WAITS = [
  [
    'IO wait',
    ['internal/poll.runtime_pollWait', '~, 0x72', `${GO}runtime/netpoll.go:351`],
    ['internal/poll.(*pollDesc).wait', '~, ~?, 0x0', `${GO}internal/poll/fd_poll_runtime.go:84`],
    ['internal/poll.(*pollDesc).waitRead', '...', `${GO}internal/poll/fd_poll_runtime.go:89`],
    ['internal/poll.(*FD).Read', '~, {~, #, #}', `${GO}internal/poll/fd_unix.go:165`],
    ['net.(*netFD).Read', '~, {~?, ~?, ~?}', `${GO}net/fd_posix.go:55`],
    ['crypto/tls.(*Conn).Read', '~, {~, #, #}', `${GO}crypto/tls/conn.go:1384`],
  ],
  ['select'],
  ['chan receive'],
  [
    'sync.Cond.Wait',
    ['sync.runtime_notifyListWait', '~, #', `${GO}runtime/sema.go:597`],
    ['sync.(*Cond).Wait', '~?', `${GO}sync/cond.go:71`],
  ],
  ['sleep', ['time.Sleep', '0x3b9aca00', `${GO}runtime/time.go:363`]],
]
const PACKAGES = [
  ['k8s.io/apiserver/pkg/endpoints/filters', `${MOD}k8s.io/apiserver@v0.33.2/pkg/endpoints/filters/`],
  ['k8s.io/apiserver/pkg/storage/cacher', `${MOD}k8s.io/apiserver@v0.33.2/pkg/storage/cacher/`],
  ['k8s.io/client-go/tools/cache', `${MOD}k8s.io/client-go@v0.33.2/tools/cache/`],
  ['go.etcd.io/etcd/client/v3', `${MOD}go.etcd.io/etcd/client/v3@v3.5.21/`],
  ['google.golang.org/grpc/internal/transport', `${MOD}google.golang.org/grpc@v1.72.1/internal/transport/`],
  ['golang.org/x/net/http2', `${MOD}golang.org/x/net@v0.38.0/http2/`],
  ['net/http', `${GO}net/http/`],
  ['example.com/shop/internal/orders', '/src/shop/internal/orders/'],
  ['example.com/shop/internal/search', '/src/shop/internal/search/'],
]
const TYPES = ['(*Cacher)', '(*Store)', '(*Handler)', '(*http2Client)', '(*Reflector)', 'HandlerFunc', '(*Queue[...])']
const FUNCTIONS = ['ServeHTTP', 'process', 'Run', 'Watch', 'run.func1', 'GetList', 'dispatchEvents', 'sendLoop', 'Pop']
const ARGUMENTS = ['~', '~, {~, ~}, ~', '{~, ~}, {~, ~}, ~', '~, {~, #}, 0x1', '', '...', '~?, {0x2a8f0c8?, ~?}, ~?']
const FILES = ['watch', 'cache', 'store', 'handler', 'transport', 'server']

/** Makes `stacks` stacks. As in a service, many share the outermost frames. */
function makeStacks(stacks, rnd) {
  const pick = (list) => list[rnd(list.length)]
  const frame = () => {
    const [path, folder] = pick(PACKAGES)
    const place = `${folder}${pick(FILES)}.go:${20 + rnd(2400)}`
    return [`${path}.${pick(TYPES)}.${pick(FUNCTIONS)}`, pick(ARGUMENTS), place]
  }
  const frames = (n) => Array.from({ length: n }, frame)
  const outer = Array.from({ length: 40 }, () => frames(1 + rnd(9)))
  const creators = frames(60)
  return Array.from({ length: stacks }, () => {
    const [state, ...inner] = pick(WAITS)
    const shared = pick(outer)
    const own = frames(Math.max(1, 5 + rnd(21) - inner.length - shared.length))
    const all = [...inner, ...own, ...shared].map((each) => [...each, each[1] === '...' ? '' : hex(16 + rnd(4000))])
    return { state, frames: all, by: pick(creators), parent: 1 + rnd(3000) }
  })
}

const hex = (n) => `0x${n.toString(16)}`

/** The text of a goroutine in pieces with pointers and numbers between them. */
function pieces({ frames, by, parent }, isSignal) {
  const registers = isSignal ? ' fp=~ sp=~ pc=0x47a12e' : ''
  const lines = frames.map(
    ([name, args, place, offset]) => `${name}(${args})\n\t${place}${offset === '' ? '' : ` +${offset}`}${registers}\n`,
  )
  const text = `${lines.join('')}created by ${by[0]} in goroutine ${parent}\n\t${by[2]} +0x1d\n\n`
  return text.split(/([~#])/)
}

/** Chooses the stack of the next goroutine: any of them, or mostly the first ones. */
function chooser(stacks, zipf, rnd) {
  if (!zipf) return (i) => (i < stacks ? i : rnd(stacks))
  const sums = []
  let sum = 0
  for (let i = 0; i < stacks; i++) {
    sum += 1 / (i + 1)
    sums.push(sum)
  }
  return () => {
    const at = (rnd(1 << 30) / (1 << 30)) * sum
    return sums.findIndex((each) => at < each)
  }
}

export function* realistic({ goroutines = 50_000, stacks = 300, zipf = false, form = 'stack', dumps = 1, seed = 1 }) {
  const rnd = random(seed)
  const table = makeStacks(stacks, rnd)
  if (form === 'profile') {
    const once = [...profile(table, rnd)]
    for (let dump = 0; dump < dumps; dump++) yield* once
    return
  }
  const isSignal = form === 'signal'
  const texts = table.map((each) => pieces(each, isSignal))
  for (let dump = 0; dump < dumps; dump++) {
    const choose = chooser(stacks, zipf, rnd)
    let text = `${logLine(rnd)}\n`
    for (let i = 0, id = 0; i < goroutines; i++) {
      const which = choose(i)
      id += 1 + rnd(3)
      const minutes = rnd(3) === 0 ? `, ${1 + rnd(600)} minutes` : ''
      text += `goroutine ${id}${isSignal ? ` gp=${pointer(rnd)} m=nil` : ''} [${table[which].state}${minutes}]:\n`
      for (const piece of texts[which]) text += piece === '~' ? pointer(rnd) : piece === '#' ? hex(rnd(4096)) : piece
      if (text.length >= PIECE) {
        yield Buffer.from(text)
        text = ''
      }
    }
    yield Buffer.from(text)
  }
  yield Buffer.from(`${logLine(rnd)}\n`)
}

const pointer = (rnd) => `0xc${(rnd(1 << 27) * 8).toString(16).padStart(9, '0')}`

/** debug=1: one record for each stack. */
function* profile(table, rnd) {
  const counts = table.map(() => 1 + rnd(50))
  yield Buffer.from(`goroutine profile: total ${counts.reduce((a, b) => a + b, 0)}\n`)
  for (const [i, { frames }] of table.entries()) {
    const pcs = frames.map(() => hex(0x400000 + rnd(0xffffff)))
    const lines = frames.map(
      ([name, , place], n) => `#\t${pcs[n]}\t${name}+0x${(16 + rnd(4000)).toString(16)}\t${place}\n`,
    )
    yield Buffer.from(`${counts[i]} @ ${pcs.join(' ')}\n${lines.join('')}\n`)
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: {
      goroutines: { type: 'string', default: '50000' },
      stacks: { type: 'string', default: '300' },
      zipf: { type: 'boolean', default: false },
      form: { type: 'string', default: 'stack' },
      dumps: { type: 'string', default: '1' },
    },
  })
  const what = { ...values, goroutines: Number(values.goroutines), stacks: Number(values.stacks) }
  for (const piece of realistic({ ...what, dumps: Number(values.dumps) }))
    if (!process.stdout.write(piece)) await once(process.stdout, 'drain')
}
