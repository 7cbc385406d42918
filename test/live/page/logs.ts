/** Logs for the report page: services of many signatures, a fleet, goroutines that wait for each other, names that would do harm. */

/** Of a fixed sequence: the same log each time. */
function sequence(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

interface Kind {
  readonly state: string
  /** Lines of its stack, and of its creator. */
  readonly lines: readonly string[]
}

const TEAMS = ['orders', 'catalog', 'billing', 'search', 'inventory', 'shipping', 'accounts', 'notify'] as const
const LAYERS = ['transport/grpc', 'service', 'repository', 'cache', 'worker', 'client'] as const
const TYPES = ['Handler', 'Service', 'Store', 'Pool', 'Consumer', 'Client'] as const
const VERBS = [
  'Handle',
  'Process',
  'Load',
  'Refresh',
  'Publish',
  'Await',
  'Commit',
  'Resolve',
  'Sync',
  'Dispatch',
] as const
const THINGS = ['Order', 'Invoice', 'Item', 'Page', 'Event', 'Batch', 'Session', 'Quote', 'Parcel', 'Token'] as const
const STATES = ['chan receive', 'select', 'IO wait', 'chan send', 'sync.Mutex.Lock', 'semacquire'] as const

const at = (file: string, line: number): string => `\t${file}:${line} +0x${(line % 200).toString(16)}`

/** A service of so many different stacks, 8 to 22 frames each, as a service behind gRPC with a database has them. */
function kinds(count: number): Kind[] {
  const next = sequence(7)
  const pick = <T>(list: readonly T[]): T => list[next(list.length)] as T
  return Array.from({ length: count }, (_, i) => {
    const lines: string[] = []
    const state = pick(STATES)
    if (state === 'IO wait') {
      lines.push(
        'internal/poll.runtime_pollWait(0x7f1c3c0d2a58, 0x72)',
        at('/usr/local/go/src/runtime/netpoll.go', 351),
        'internal/poll.(*FD).Read(0xc000196000, {0xc0001a8000, 0x1000, 0x1000})',
        at('/usr/local/go/src/internal/poll/fd_unix.go', 165),
        'net.(*conn).Read(0xc00011e008, {0xc0001a8000, 0x1000, 0x1000})',
        at('/usr/local/go/src/net/net.go', 196),
      )
    }
    const depth = 5 + next(12)
    for (let level = 0; level < depth; level++) {
      const [team, layer] = [pick(TEAMS), pick(LAYERS)]
      const last = layer.slice(layer.lastIndexOf('/') + 1)
      const name = `${pick(VERBS)}${pick(THINGS)}${level === 0 ? i : ''}`
      lines.push(
        `github.com/acme/shop/internal/${team}/${layer}.(*${pick(TYPES)}).${name}(0xc0002${next(9)}4000, {0x1b2c3d0, 0xc0003a1200})`,
        at(`/src/shop/internal/${team}/${layer}/${last}_${pick(THINGS).toLowerCase()}.go`, 20 + next(400)),
      )
    }
    lines.push(
      'google.golang.org/grpc.(*Server).handleStream(0xc00019e000, {0x1b2c3d0, 0xc0001b0000}, 0xc0003d8000)',
      at('/go/pkg/mod/google.golang.org/grpc@v1.62.1/server.go', 1780),
      'google.golang.org/grpc.(*Server).serveStreams.func2.1()',
      at('/go/pkg/mod/google.golang.org/grpc@v1.62.1/server.go', 1019),
      'created by google.golang.org/grpc.(*Server).serveStreams.func2 in goroutine 1',
      at('/go/pkg/mod/google.golang.org/grpc@v1.62.1/server.go', 1030),
    )
    return { state, lines }
  })
}

const clock = (minutes: number): string => new Date(Date.UTC(2026, 10, 24, 8, minutes)).toISOString()

/** Three signatures leak, some come and go; the process is started anew once, in the middle. */
export function serviceLog(dumps = 20, signatures = 300): string {
  const all = kinds(signatures)
  const next = sequence(11)
  const parts: string[] = []
  const alive = new Map<number, number[]>()
  let id = 1
  for (let dump = 0; dump < dumps; dump++) {
    if (dump === Math.floor(dumps / 2)) {
      alive.clear()
      id = 1
    }
    const minutes = dump * 30
    parts.push(`${clock(minutes)} INFO healthz ok\n${clock(minutes)} WARN SIGUSR2: dumping all goroutines\n`)
    const blocks: string[] = []
    all.forEach(({ state, lines }, i) => {
      const ids = alive.get(i) ?? []
      const leaks = i === 5 || i === 40 || i === 120
      const wanted = leaks ? ids.length + 4 + (i % 7) : 1 + ((i * 7) % 11) + (i % 3 === 0 ? next(6) : 0)
      while (ids.length < wanted) ids.push(id++)
      // A pool under load turns over.
      if (!leaks && i % 2 === 0) ids.splice(0, ids.length, ...Array.from({ length: wanted }, () => id++))
      ids.length = wanted
      alive.set(i, ids)
      const wait = leaks && dump > 0 ? `, ${10 + dump} minutes` : ''
      for (const each of ids) blocks.push(`goroutine ${each} [${state}${wait}]:\n${lines.join('\n')}\n`)
    })
    parts.push(`${blocks.join('\n')}\n`, `${clock(minutes + 1)} INFO dump done\n`)
  }
  return parts.join('')
}

/** Three dumps of a pod of a fleet, an hour apart: one function leaks in every third pod. */
export function podLog(pod: number): string {
  const leaks = pod % 3 === 0
  const parts: string[] = []
  const senders: number[] = []
  let id = 20
  for (let dump = 0; dump < 3; dump++) {
    parts.push(`${clock(dump * 60 + pod)} INFO dumping all goroutines\n`)
    const wanted = leaks ? 3 + dump * (40 + pod * 5) : 3
    while (senders.length < wanted) senders.push(id++)
    for (const sender of senders)
      parts.push(
        `goroutine ${sender} [chan send]:\ncontent_svr/producer.(*Producer).send(0xc0001, 0x1)\n${at('/app/producer/producer.go', 40)}\ncreated by content_svr/producer.(*Producer).Publish in goroutine 1\n${at('/app/producer/producer.go', 27)}\n\n`,
      )
    for (let i = 0; i < 4 + (pod % 4); i++)
      parts.push(
        `goroutine ${id++} [IO wait]:\ninternal/poll.runtime_pollWait(0x7f1c, 0x72)\n${at('/usr/local/go/src/runtime/netpoll.go', 351)}\nnet/http.(*conn).serve(0xc0001)\n${at('/usr/local/go/src/net/http/server.go', 2009)}\ncreated by net/http.(*Server).Serve in goroutine 1\n${at('/usr/local/go/src/net/http/server.go', 3086)}\n\n`,
      )
    parts.push(`${clock(dump * 60 + pod)} INFO done\n`)
  }
  return parts.join('')
}

const LOCK = '0xc0000140f0'
const OTHER_LOCK = '0xc000014200'

/** Many wait for a mutex whose holder waits for another one, whose holder runs. */
export function waitingLog(): string {
  const lock = (id: number, mutex: string, own: readonly string[], creator: string): string =>
    `goroutine ${id} [sync.Mutex.Lock, 3 minutes]:\ninternal/sync.runtime_SemacquireMutex(${mutex}, 0x0, 0x1)\n${at('/usr/local/go/src/runtime/sema.go', 95)}\ninternal/sync.(*Mutex).lockSlow(${mutex})\n${at('/usr/local/go/src/internal/sync/mutex.go', 149)}\nsync.(*Mutex).Lock(${mutex})\n${at('/usr/local/go/src/sync/mutex.go', 46)}\n${own.join('\n')}\ncreated by ${creator} in goroutine 1\n${at('/app/server.go', 61)}\n\n`
  const blocks: string[] = ['2026-11-24T10:57:35Z WARN dumping all goroutines\n']
  for (let i = 0; i < 60; i++)
    blocks.push(
      lock(
        100 + i,
        LOCK,
        [
          `shop/ledger.(*Ledger).Post(${LOCK}, 0x${i.toString(16)})`,
          at('/app/ledger/ledger.go', 44),
          'shop/server.(*Server).handle(0xc000200000)',
          at('/app/server.go', 88),
        ],
        'shop/server.(*Server).Serve',
      ),
    )
  blocks.push(
    lock(
      50,
      OTHER_LOCK,
      [
        `shop/rates.(*Cache).Get(${OTHER_LOCK})`,
        at('/app/rates/cache.go', 31),
        `shop/ledger.(*Ledger).Close(${LOCK})`,
        at('/app/ledger/ledger.go', 90),
      ],
      'shop/server.(*Server).nightly',
    ),
    `goroutine 51 [running]:\nshop/rates.(*Cache).refresh(${OTHER_LOCK})\n${at('/app/rates/cache.go', 77)}\nshop/rates.(*Cache).Loop(${OTHER_LOCK})\n${at('/app/rates/cache.go', 60)}\ncreated by main.main in goroutine 1\n${at('/app/main.go', 20)}\n\n`,
    '2026-11-24T10:57:35Z INFO done\n',
  )
  return blocks.join('')
}

/** Names as only somebody who means harm would choose them; what is in them must come out as text. */
export const HOSTILE: readonly string[] = [
  'evil.F1[</script><script>window.harm=1</script>]',
  'evil.F2[<img/src=x/onerror=window.harm=2>]',
  'evil.F3["/onmouseover="window.harm=3"]',
  "evil.F4['/autofocus/onfocus='window.harm=4']",
  'evil.F5[</details></table></div></section><h1>owned</h1>]',
  'evil.F6[<!--]',
  'evil.F7[]]>&lt b&gt &#60 ]',
  'evil.F8[\u202egpj.exe\u202c]',
  'evil.F9[line\u2028break\u2029]',
  'evil.__proto__',
  'evil.constructor',
  '__proto__.toString',
  'evil.F10[{path}$\u007bline}`$\u007bwindow.harm=5}`]',
  'evil.F11[javascript:window.harm=6]',
]

/** In function names, states, labels, panic values and paths. */
export function hostileLog(): string {
  const blocks: string[] = [`panic: </title><script>window.harm=7</script>\n\n`]
  for (let dump = 0; dump < 3; dump++) {
    HOSTILE.forEach((name, i) => {
      for (let n = 0; n <= dump * 20; n++)
        blocks.push(
          `goroutine ${1000 + i * 100 + n} [chan send, 5 minutes] {__proto__: "<img src=x onerror=window.harm=8>"}:\n${name}(0xc0001)\n\t/app/<b>"'${i}/x.go:${i + 1} +0x1\nmain.work()\n\t/app/main.go:3 +0x1\ncreated by ${name}.func1 in goroutine 1\n\t/app/main.go:9 +0x1\n\n`,
        )
    })
    blocks.push('log line\n')
  }
  return blocks.join('')
}
