import { execFileSync, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { openPath, openStdin } from '../../src/input/open.ts'
import { readInput } from '../../src/input/read.ts'
import { folderForEachTest } from '../folder.ts'

const folder = folderForEachTest()

interface Outcome {
  readonly bytes: Buffer
  readonly read: number
  readonly error: unknown
}

async function readAll(path: string, signal: AbortSignal = new AbortController().signal): Promise<Outcome> {
  const chunks: Buffer[] = []
  let read = 0
  const input = await openPath(path)
  try {
    await readInput(
      input,
      {
        onChunk: (bytes) => chunks.push(Buffer.from(bytes)),
        onRead: (count) => {
          read += count
        },
      },
      signal,
    )
    return { bytes: Buffer.concat(chunks), read, error: undefined }
  } catch (error) {
    return { bytes: Buffer.concat(chunks), read, error }
  } finally {
    input.close()
  }
}

/** Not compressible, and different in each byte position. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let state = 1
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    bytes[i] = state >>> 16
  }
  return bytes
}

describe('reading', () => {
  it.each([0, 1, 2, 3, 4, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5_000_000])(
    'hands on all %i bytes of a file',
    async (length) => {
      const content = noise(length)
      const outcome = await readAll(folder.write('plain', content))
      expect(outcome.bytes.equals(content)).toBe(true)
      expect(outcome.read).toBe(length)
      expect(outcome.error).toBeUndefined()
    },
  )

  it.each(['\x1f', '\x1f\x8b', '\x1f\x8bx', '\x1f'.repeat(10)])(
    'takes a file that only begins like gzip as it is: %j',
    async (text) => {
      const content = Buffer.from(text, 'latin1')
      expect((await readAll(folder.write('plain', content))).bytes.equals(content)).toBe(true)
    },
  )

  it('decompresses gzip whatever its name, several members one after the other too', async () => {
    const content = noise(700_000)
    const whole = await readAll(folder.write('log', gzipSync(content)))
    expect(whole.bytes.equals(content)).toBe(true)
    const members = await readAll(folder.write('log2', Buffer.concat([gzipSync('one\n'), gzipSync('two\n')])))
    expect(members.bytes.toString()).toBe('one\ntwo\n')
    expect(members.error).toBeUndefined()
  })

  it.each([512, 3_000_000])('passes over %i zeros after the last member, as gzip(1) does', async (zeros) => {
    const packed = Buffer.concat([gzipSync('one\n'), gzipSync('two\n'), Buffer.alloc(zeros)])
    const { bytes, error } = await readAll(folder.write('tape', packed))
    expect([bytes.toString(), error]).toEqual(['one\ntwo\n', undefined])
  })

  it('hands on what a gzip file holds up to where it is cut, and says that it is cut', async () => {
    const content = noise(3_000_000)
    const packed = gzipSync(content)
    for (const part of [0.9, 0.5, 0.1]) {
      const cut = Math.floor(packed.length * part)
      const outcome = await readAll(folder.write('cut.gz', packed.subarray(0, cut)))
      expect(outcome.error).toMatchObject({ code: 'DS_GZIP', message: expect.stringContaining('is cut short') })
      expect(outcome.bytes.length).toBeGreaterThan(cut - 100_000)
      expect(content.subarray(0, outcome.bytes.length).equals(outcome.bytes)).toBe(true)
    }
  })

  it('says that a gzip file is damaged, after what came before the damage', async () => {
    const content = noise(3_000_000)
    const packed = gzipSync(content)
    packed.fill(0xff, 2_000_000, 2_000_100)
    const outcome = await readAll(folder.write('bad.gz', packed))
    expect(outcome.error).toMatchObject({ code: 'DS_GZIP', message: expect.stringContaining('is damaged') })
    expect(outcome.bytes.length).toBeGreaterThan(1_500_000)
  })

  it('reads a pipe to its end', async () => {
    const content = noise(3_000_000)
    const source = folder.write('source', content)
    const fifo = folder.at('fifo')
    execFileSync('mkfifo', [fifo])
    const writer = spawn('sh', ['-c', `cat ${source} > ${fifo}`])
    const outcome = await readAll(fifo)
    writer.kill()
    expect(outcome.bytes.equals(content)).toBe(true)
  })

  it('reads a compressed pipe, whose bytes wait for the decompressor', async () => {
    const content = noise(3_000_000)
    const source = folder.write('source', gzipSync(content))
    const fifo = folder.at('fifo')
    execFileSync('mkfifo', [fifo])
    const writer = spawn('sh', ['-c', `cat ${source} > ${fifo}`])
    const outcome = await readAll(fifo)
    writer.kill()
    expect(outcome.error).toBeUndefined()
    expect(outcome.bytes.equals(content)).toBe(true)
  })

  it('goes on where another program has read to, when stdin is a file', async () => {
    const path = folder.write('lines', 'first\nsecond\n')
    const fd = openSync(path, 'r')
    execFileSync('sh', ['-c', 'read -r line'], { stdio: [fd, 'ignore', 'ignore'] })
    const chunks: Buffer[] = []
    await readInput(
      openStdin(fd),
      { onChunk: (bytes) => chunks.push(Buffer.from(bytes)) },
      new AbortController().signal,
    )
    closeSync(fd)
    expect(Buffer.concat(chunks).toString()).toBe('second\n')
  })

  it('stops without an error when it is told to, on files and on pipes', async () => {
    const stopped = AbortSignal.abort()
    expect(await readAll(folder.write('plain', 'x'), stopped)).toMatchObject({ read: 0, error: undefined })
    const packed = gzipSync(noise(3_000_000))
    const stop = new AbortController()
    const input = await openPath(folder.write('log.gz', packed))
    await readInput(input, { onChunk: () => stop.abort() }, stop.signal)
    input.close()
    const fifo = folder.at('fifo')
    execFileSync('mkfifo', [fifo])
    const writer = spawn('sh', ['-c', `exec sleep 100 > ${fifo}`])
    const silent = new AbortController()
    setTimeout(() => silent.abort(), 100)
    expect(await readAll(fifo, silent.signal)).toMatchObject({ read: 0, error: undefined })
    writer.kill()
  })

  it('lets timers run while it reads a long file', async () => {
    const path = folder.write('long', Buffer.alloc(64 << 20))
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const input = await openPath(path)
    await readInput(
      input,
      {
        onChunk: () => {
          const until = performance.now() + 5
          while (performance.now() < until);
        },
      },
      new AbortController().signal,
    )
    input.close()
    clearInterval(timer)
    expect(turns).toBeGreaterThan(2)
  })

  it("passes a consumer's own error on", async () => {
    const bug = new Error('a bug')
    const fail = (): never => {
      throw bug
    }
    for (const content of [Buffer.from('plain'), gzipSync('packed')]) {
      const input = await openPath(folder.write('x', content))
      await expect(readInput(input, { onChunk: fail }, new AbortController().signal)).rejects.toBe(bug)
      input.close()
    }
  })
})

describe('opening', () => {
  it('says in one line what is wrong', async () => {
    await expect(openPath(folder.at('no'))).rejects.toMatchObject({
      code: 'DS_INPUT',
      message: `${folder.at('no')}: no such file`,
    })
    await expect(openPath(folder.path)).rejects.toMatchObject({
      message: `${folder.path}: is a directory; name the files in it`,
    })
    const under = join(folder.write('plain', ''), 'x')
    await expect(openPath(under)).rejects.toMatchObject({ message: expect.stringContaining('not a directory') })
    expect(() => openStdin(999)).toThrow('stdin: is not open')
  })

  it('tells files, pipes and sizes apart', async () => {
    const path = folder.write('plain', 'abc')
    expect(await openPath(path)).toMatchObject({ kind: 'file', size: 3 })
    expect(await openPath('/dev/null')).toMatchObject({ kind: 'file', size: undefined })
    expect((await openPath('/proc/version')).size).toBeUndefined()
    expect(readFileSync('/proc/version').equals((await readAll('/proc/version')).bytes)).toBe(true)
  })
})
