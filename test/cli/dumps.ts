/** Small dumps and logs made for the tests of the command. */

export interface Group {
  readonly count: number
  readonly state: string
  /** `pkg.fn`, and where it stands. */
  readonly function: string
  readonly place: string
}

const STORY: readonly Group[] = [
  {
    count: 41,
    state: 'chan receive, 5 minutes',
    function: 'content_svr/cron/hashtag_suggestion.(*Cron).step2.func1',
    place: '/app/cron/hashtag_suggestion/cron.go:14',
  },
  {
    count: 12,
    state: 'sleep',
    function: 'content_svr/producer.(*Producer).publish.func1',
    place: '/app/producer/producer.go:88',
  },
  {
    count: 2,
    state: 'select',
    function: 'github.com/segmentio/kafka-go.(*Reader).FetchMessage',
    place: '/go/pkg/mod/github.com/segmentio/kafka-go@v0.4.47/reader.go:812',
  },
]

/** As `runtime.Stack` prints it. Ids begin at `firstId`. */
export function dumpText(groups: readonly Group[] = STORY, firstId = 100): string {
  let id = firstId
  const blocks: string[] = []
  for (const { count, state, function: name, place } of groups) {
    const creator = name.replace(/\.func\d+$/, '')
    for (let i = 0; i < count; i++) {
      blocks.push(
        `goroutine ${id++} [${state}]:\n${name}(0xc0000${(id * 16).toString(16)})\n\t${place} +0x1d\ncreated by ${creator} in goroutine 1\n\t${place} +0x2a\n`,
      )
    }
  }
  return blocks.join('\n')
}

export function logText(lines: number, from = 0): string {
  return Array.from(
    { length: lines },
    (_, i) => `2026-11-24T05:00:${String((from + i) % 60).padStart(2, '0')}Z INFO request handled id=${from + i}\n`,
  ).join('')
}

/** Is `line` a function or a creator that `known` has not? Then it is added. Only the file line behind such a line proves that it is no log. */
export function isNewFrame(line: string, known: Set<string>): boolean {
  const [name] = /^created by \S+|^[^\t(]\S*\((?=0x)/.exec(line) ?? []
  if (name === undefined || known.has(name)) return false
  known.add(name)
  return true
}
