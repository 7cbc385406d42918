/** What an agent is told of a log in which somebody has logged more than a log. */
import { describe, expect, it } from 'vitest'
import { ANSWER_BYTES, diff, signature, triage, waits } from '../../src/mcp/answers.ts'
import { printable } from '../../src/sinks/printable.ts'
import { redactText } from '../../src/sinks/redact/redact.ts'
import { folderForAllTests } from '../folder.ts'
import { HOSTILE, recordsWith } from '../sinks/hostile.ts'
import { dump, finding, signature as signatureRecord } from '../sinks/records.ts'

const folder = folderForAllTests()

function records(name: string, all: readonly unknown[]): string {
  return folder.write(name, all.map((record) => `${JSON.stringify(record)}\n`).join(''))
}

describe.each(HOSTILE)('%s stays text', (name, text) => {
  const path = (): string => records(`${name}.jsonl`, recordsWith(text))

  it('in every answer: as many items as of harmless text, which are the same after reading', async () => {
    const answers = [
      await triage(path()),
      await signature(path(), 'cc27e2ad0902f3f3'),
      await waits(path()),
      diff('app.log', [{ dump: dump({ source: text }), changes: [signatureRecord({ function: text })] }]),
    ]
    for (const answer of answers) {
      expect(answer.replaceAll('\n', '')).toBe(printable(answer.replaceAll('\n', '')))
      const items = answer.split('\n').map((line) => JSON.parse(line))
      expect(items).toHaveLength(2)
    }
    expect(JSON.parse(answers[0]?.split('\n')[1] ?? '')).toMatchObject({
      title: redactText(text),
      function: `main.${text}`,
    })
  })

  it('in what is said of a path and an id', async () => {
    const empty = folder.write('empty.log', '')
    for (const answer of [await triage(empty), await signature(empty, text), await waits(empty)])
      expect(answer).toBe(printable(answer))
  })
})

it('says what stands out, though names are longer than an answer', async () => {
  const long = 'main.'.padEnd(ANSWER_BYTES * 3, 'x')
  const path = records('long.jsonl', [dump(), finding({ title: long, function: long, stack: [long, long] })])
  const answer = await triage(path)
  expect(Buffer.byteLength(answer)).toBeLessThanOrEqual(ANSWER_BYTES)
  const [, item] = answer.split('\n').map((line) => JSON.parse(line))
  expect(item.title).toBe(`${long.slice(0, 600)}… (23400 more)`)
})
