/** A service on paper: goroutines come and go, and it dumps them into its log. What it says is the truth that points are held to. */

export interface Kind {
  readonly name: string
  readonly file: string
  readonly line: number
  readonly state: string
}

export const LEAK: Kind = {
  name: 'svc/cron.(*Cron).step2.func1',
  file: '/app/cron/cron.go',
  line: 14,
  state: 'chan send',
}
export const POOL: Kind = { name: 'svc/pool.(*Pool).work', file: '/app/pool/pool.go', line: 33, state: 'select' }
export const BRIEF: Kind = { name: 'svc/brief.visit', file: '/app/brief/brief.go', line: 7, state: 'IO wait' }

export class Service {
  readonly #goroutines = new Map<Kind, number[]>()
  #nextId = 100

  /** Makes it so many of a kind: the oldest stay, new ones have new ids. */
  set(kind: Kind, count: number): this {
    const ids = (this.#goroutines.get(kind) ?? []).slice(0, count)
    while (ids.length < count) ids.push(this.#nextId++)
    this.#goroutines.set(kind, ids)
    return this
  }

  get total(): number {
    return [...this.#goroutines.values()].reduce((sum, ids) => sum + ids.length, 0)
  }

  /** As `runtime.Stack` prints it, between two lines of log. */
  dump(time: string): string {
    const blocks: string[] = []
    for (const [{ name, file, line, state }, ids] of this.#goroutines) {
      for (const id of ids) {
        blocks.push(
          `goroutine ${id} [${state}]:\n${name}(0xc00001${(id % 4096).toString(16).padStart(4, '0')})\n\t${file}:${line} +0x1d\ncreated by svc/boot.start in goroutine 1\n\t/app/boot.go:9 +0x2a\n`,
        )
      }
    }
    return `${time} INFO dumping goroutines\n${blocks.join('\n')}\n${time} INFO dumped\n`
  }
}

/** Three dumps an hour apart: LEAK grows, POOL turns over, BRIEF is gone in the third. */
export const TIMES = ['2026-11-24T05:00:00.000Z', '2026-11-24T06:00:00.000Z', '2026-11-24T07:00:00.000Z'] as const

export const COUNTS: readonly (readonly [Kind, number])[][] = [
  [
    [LEAK, 5],
    [POOL, 8],
    [BRIEF, 2],
  ],
  [
    [LEAK, 25],
    [POOL, 7],
    [BRIEF, 1],
  ],
  [
    [LEAK, 45],
    [POOL, 8],
    [BRIEF, 0],
  ],
]

export function threeDumps(): string[] {
  const service = new Service()
  return COUNTS.map((counts, i) => {
    for (const [kind, count] of counts) service.set(kind, count)
    return service.dump(TIMES[i] ?? '')
  })
}
