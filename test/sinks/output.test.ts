import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Output } from '../../src/sinks/output.ts'
import { folderForEachTest } from '../folder.ts'

const folder = folderForEachTest()
let path: string
let fd: number

beforeEach(() => {
  path = folder.at('out')
  fd = openSync(path, 'w')
})

afterEach(() => {
  closeSync(fd)
})

describe('the output', () => {
  it('keeps the order of texts and bytes, small and large, in one piece', () => {
    const output = new Output(fd, { name: 'out' })
    let expected = ''
    for (let i = 0; i < 300; i++) {
      const text = `${'服x'.repeat((i * 37) % 900)}\n`
      output.write(text)
      output.writeBytes(Buffer.from(text))
      expected += text + text
    }
    const large = '服'.repeat(200_000)
    output.write(large)
    output.writeBytes(Buffer.from(large))
    output.write('end')
    output.flush()
    expect(readFileSync(path, 'utf8')).toBe(`${expected}${large}${large}end`)
  })

  it('writes nothing before it is flushed or full, and tells before it does', () => {
    let told = 0
    const output = new Output(fd, { name: 'out', beforeWrite: () => told++ })
    output.flush()
    output.write('')
    output.write('a\n')
    expect([readFileSync(path, 'utf8'), told]).toEqual(['', 0])
    output.flush()
    expect([readFileSync(path, 'utf8'), told]).toEqual(['a\n', 1])
  })

  it('gives a record a line of its own after a log that stops in a line', () => {
    const output = new Output(fd, { name: 'out' })
    output.writeLines('{}\n')
    output.writeBytes(Buffer.from('cut of'))
    output.writeLines('{}\n')
    output.writeBytes(Buffer.from('whole\n'))
    output.writeLines('{}\n')
    output.writeLines('')
    output.flush()
    expect(readFileSync(path, 'utf8')).toBe('{}\ncut of\n{}\nwhole\n{}\n')
  })

  it('says why it can not write, and drops the rest', () => {
    const full = openSync('/dev/full', 'w')
    const output = new Output(full, { name: 'dumps.jsonl' })
    output.write('a\n')
    output.flush()
    expect(output.closed).toBe(true)
    expect(output.failure).toMatchObject({
      code: 'DS_OUTPUT',
      message: "can't write to dumps.jsonl: no space left on the device",
    })
    output.write('b\n')
    output.flush()
    closeSync(full)
  })

  it('takes a reader that went away for no failure', async () => {
    const fifo = folder.at('fifo')
    const made = spawn('mkfifo', [fifo])
    await new Promise((resolve) => made.once('exit', resolve))
    const readEnd = openSync(fifo, 'r+')
    const writeEnd = openSync(fifo, 'w')
    closeSync(readEnd)
    const output = new Output(writeEnd, { name: 'out' })
    output.write('a\n')
    output.flush()
    expect([output.closed, output.failure]).toEqual([true, undefined])
    closeSync(writeEnd)
  })

  it('waits for a slow reader of a pipe that does not block', async () => {
    const fifo = folder.at('fifo')
    const made = spawn('mkfifo', [fifo])
    await new Promise((resolve) => made.once('exit', resolve))
    const slow = spawn('sh', ['-c', `(sleep 0.3; cat) < ${fifo} | wc -c`])
    let counted = ''
    slow.stdout.on('data', (chunk) => {
      counted += chunk
    })
    const { O_WRONLY, O_NONBLOCK } = (await import('node:fs')).constants
    let writeEnd: number | undefined
    while (writeEnd === undefined) {
      try {
        writeEnd = openSync(fifo, O_WRONLY | O_NONBLOCK)
      } catch {
        await delay(5)
      }
    }
    const output = new Output(writeEnd, { name: 'out' })
    output.writeBytes(Buffer.alloc(1_000_000, 'x'))
    output.flush()
    closeSync(writeEnd)
    await new Promise((resolve) => slow.once('close', resolve))
    expect(counted.trim()).toBe('1000000')
    expect(output.failure).toBeUndefined()
  })
})
