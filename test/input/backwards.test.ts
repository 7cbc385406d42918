/** A file from its end: each line once, the last one first. */
import { closeSync, openSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readBackwards } from '../../src/input/backwards.ts'
import { folderForEachTest } from '../folder.ts'

const folder = folderForEachTest()

async function backwards(content: Buffer): Promise<Buffer> {
  const fd = openSync(folder.write('log', content), 'r')
  const chunks: Buffer[] = []
  const parts = { fd, size: content.length, onChunk: (lines: Buffer): unknown => chunks.push(Buffer.from(lines)) }
  await readBackwards(parts, new AbortController().signal)
  closeSync(fd)
  return Buffer.concat(chunks)
}

function reversed(text: string): string {
  const lines = text.replace(/\n$/, '').split('\n').reverse()
  return lines.map((line) => `${line}\n`).join('')
}

it.each([
  ['one line', 'one\n'],
  ['a line without its end', 'one\ntwo'],
  ['empty lines', '\n\none\n\n\n'],
  ['lines over many blocks', Array.from({ length: 90_000 }, (_, i) => `line ${(i * 7919) % 90_001}\n`).join('')],
  ['lines longer than a block', `a\n${'b'.repeat(700_000)}\nc\n${'d'.repeat(300_000)}\n`],
  ['blocks that end in lines', `${'x'.repeat(255)}\n`.repeat(4096)],
])('reads %s', async (_, text) => {
  expect((await backwards(Buffer.from(text))).equals(Buffer.from(reversed(text)))).toBe(true)
})

it('has every byte of a line that is longer than what is looked at', async () => {
  const long = 'y'.repeat(9 << 20)
  const read = (await backwards(Buffer.from(`a\n${long}\nb\n`))).toString()
  expect(read.startsWith('b\n')).toBe(true)
  expect(read.endsWith('a\n')).toBe(true)
  expect(read.replaceAll('\n', '').length).toBe(long.length + 2)
})
