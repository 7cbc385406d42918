/** Repairing cut lines invents nothing: foreign lines within a dump do not change it, however much they look like pieces of it. */
import { expect, it } from 'vitest'
import { goldenDump } from '../golden/dumps.ts'
import { linesOf } from '../property/weave.ts'
import { logLines } from './log-lines.ts'
import { counted, readDumps } from './reader.ts'

const DUMPS = [
  'zoo-1.27-stack.txt',
  'zoo-1.19-stack.txt',
  'odd-1.27.txt',
  'tb-1.27-quit-all.txt',
  'crash-1.19-maps.txt',
]
const LINES = 10_000

const countedIn = (text: Buffer): string => JSON.stringify(readDumps(text).dumps.map(counted))

it(`takes none of ${LINES} log lines between the lines of dumps for a piece of one`, () => {
  const log = logLines(LINES)
  const dumps = DUMPS.map((name) => ({
    lines: linesOf(goldenDump(name)),
    alone: countedIn(goldenDump(name)),
  }))
  const wrong = new Set<string>()
  let at = 0
  for (let round = 0; at < log.length; round++) {
    const { lines, alone } = dumps[round % dumps.length] as (typeof dumps)[number]
    // Everywhere except in the preamble, whose lines are indented as log lines can be.
    const first = lines.findIndex((line) => line.toString().startsWith('goroutine '))
    const slots = lines.length - first - 2
    const some = log.slice(at, at + slots)
    // A call alone, between a function and its file, could be either.
    some.forEach((text, i) => {
      const before = lines[first + 1 + i]?.toString() ?? ''
      if (/^[\w.]+\(\)$/.test(text) && !/^[\t\n]/.test(before)) some[i] = `${text} called`
    })
    at += slots
    const woven = (foreign: readonly string[]): Buffer =>
      Buffer.concat(
        lines.flatMap((line, i) => {
          const text = i > first && i <= first + slots ? foreign[i - first - 1] : undefined
          return text === undefined ? [line] : [line, Buffer.from(`${text}\n`)]
        }),
      )
    const isRight = (foreign: readonly string[], log: string): boolean => {
      const found = readDumps(woven(foreign))
      return JSON.stringify(found.dumps.map(counted)) === alone && found.log.toString().includes(log)
    }
    if (isRight(some, some.map((each) => `${each}\n`).join(''))) continue
    // Which of them was it?
    for (const [i, text] of some.entries()) {
      const others = some.map((each, k) => (k === i ? each : '2026/11/24 08:14:31 served'))
      if (!isRight(others, `${text}\n`)) wrong.add(text)
    }
    if (wrong.size === 0) wrong.add(`round ${round}`)
  }
  process.stdout.write(`wrong repairs: ${wrong.size} of ${LINES} log lines\n`)
  expect([...wrong]).toEqual([])
})
