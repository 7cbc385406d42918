import { spawn } from 'node:child_process'
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Follower } from '../../src/input/follow.ts'
import { folderForEachTest } from '../folder.ts'

/** Time is ours: a look is a call, so every order of events can be played. */
class Watched {
  readonly notices: string[] = []
  readonly follower: Follower
  readonly #chunks: Buffer[] = []
  #now = 0

  constructor(path: string) {
    this.follower = new Follower(path, {
      onChunk: (bytes) => this.#chunks.push(Buffer.from(bytes)),
      onNotice: (line) => this.notices.push(line),
    })
  }

  look(times = 1): void {
    for (let i = 0; i < times; i++) {
      this.#now += 100
      let more = true
      while (more) more = this.follower.poll(this.#now)
    }
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString()
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }
}

const folder = folderForEachTest()
let log: string
let watched: Watched

beforeEach(() => {
  log = folder.at('app.log')
  watched = new Watched(log)
})

afterEach(() => {
  watched.follower.close()
})

describe('a followed file', () => {
  it('is read from its start and then as it grows', () => {
    writeFileSync(log, 'one\n')
    watched.look()
    appendFileSync(log, 'two\n')
    watched.look()
    appendFileSync(log, 'thr')
    watched.look()
    appendFileSync(log, 'ee\n')
    watched.look(3)
    expect(watched.text).toBe('one\ntwo\nthree\n')
    expect(watched.notices).toEqual([])
  })

  it('is waited for when it is not there, and that is said once', () => {
    watched.look(3)
    writeFileSync(log, 'late\n')
    watched.look()
    expect(watched.text).toBe('late\n')
    expect(watched.notices).toEqual([`${log}: does not exist yet; waiting for it`])
  })

  it('is a complaint, not a crash, when it is a directory', () => {
    rmSync(log, { force: true })
    const directory = new Watched(folder.path)
    directory.look(2)
    expect(directory.notices).toEqual([`${folder.path}: is a directory; name the files in it`])
    directory.follower.close()
  })

  it('keeps a character whole whose bytes come in two writes', () => {
    const snowman = Buffer.from('☃')
    writeFileSync(log, snowman.subarray(0, 1))
    watched.look()
    appendFileSync(log, snowman.subarray(1))
    watched.look()
    expect(watched.text).toBe('☃')
  })

  it('loses nothing of a burst of 50 000 lines', () => {
    writeFileSync(log, '')
    watched.look()
    const lines = Array.from({ length: 50_000 }, (_, i) => `line ${i} ${'x'.repeat(i % 97)}\n`)
    for (let at = 0; at < lines.length; at += 10_000) appendFileSync(log, lines.slice(at, at + 10_000).join(''))
    watched.look()
    expect(watched.text).toBe(lines.join(''))
  })

  it('tells when one look was not enough', () => {
    writeFileSync(log, Buffer.alloc(40 << 20, 'a'))
    expect([1, 2, 3, 4].map((now) => watched.follower.poll(now))).toEqual([true, true, false, false])
    expect(watched.bytes.length).toBe(40 << 20)
  })
})

describe('rotation', () => {
  it('by rename and create: the rest of the old file comes first, then the new one', () => {
    const fd = openSync(log, 'a')
    writeSync(fd, 'a1\n')
    watched.look()
    writeSync(fd, 'a2\n')
    renameSync(log, `${log}.1`)
    writeFileSync(log, 'b1\n')
    writeSync(fd, 'a3\n')
    watched.look(4)
    expect(watched.text).toBe('a1\na2\na3\nb1\n')
    closeSync(fd)
  })

  it('while the old descriptor is still written: its late lines are not lost', () => {
    const fd = openSync(log, 'a')
    writeSync(fd, 'a1\n')
    watched.look()
    renameSync(log, `${log}.1`)
    writeFileSync(log, 'b1\n')
    watched.look(5)
    writeSync(fd, 'a2, written after the switch\n')
    watched.look()
    appendFileSync(log, 'b2\n')
    watched.look()
    writeSync(fd, 'a3\n')
    closeSync(fd)
    watched.look()
    expect(watched.text).toBe('a1\nb1\na2, written after the switch\nb2\na3\n')
  })

  it('does not wait for an old file that never falls silent', () => {
    const fd = openSync(log, 'a')
    writeSync(fd, 'a\n')
    watched.look()
    renameSync(log, `${log}.1`)
    writeFileSync(log, 'new\n')
    for (let i = 0; i < 30; i++) {
      writeSync(fd, 'a\n')
      watched.look()
    }
    expect(watched.text).toBe(`${'a\n'.repeat(21)}a\nnew\n${'a\n'.repeat(9)}`)
    closeSync(fd)
  })

  it('to an empty file: the old one is read until the new one has something to say', () => {
    const fd = openSync(log, 'a')
    writeSync(fd, 'a1\n')
    watched.look()
    renameSync(log, `${log}.1`)
    writeFileSync(log, '')
    for (let i = 2; i < 60; i++) {
      writeSync(fd, `a${i}\n`)
      watched.look(3)
    }
    appendFileSync(log, 'b1\n')
    watched.look(3)
    expect(watched.text).toBe(`${Array.from({ length: 59 }, (_, i) => `a${i + 1}\n`).join('')}b1\n`)
    closeSync(fd)
  })

  it('many times over between looks and across them', () => {
    let expected = ''
    writeFileSync(log, '')
    for (let round = 0; round < 20; round++) {
      const line = `round ${round}\n`
      appendFileSync(log, line)
      expected += line
      watched.look(4)
      renameSync(log, `${log}.${round}`)
      writeFileSync(log, '')
    }
    watched.look(4)
    expect(watched.text).toBe(expected)
  })

  it('twice between two looks: what came and was renamed is read under its new name', () => {
    writeFileSync(log, 'one\n')
    watched.look()
    renameSync(log, `${log}.1`)
    writeFileSync(log, 'two\n')
    renameSync(`${log}.1`, `${log}.2`)
    renameSync(log, `${log}.1`)
    writeFileSync(log, 'three\n')
    writeFileSync(`${log}.1.gz`, 'not this\n')
    writeFileSync(`${log}.bak`, 'nor this\n')
    watched.look(8)
    renameSync(`${log}.1`, `${log}.3`)
    renameSync(log, `${log}.1`)
    writeFileSync(log, 'four\n')
    watched.look(8)
    expect(watched.text).toBe('one\ntwo\nthree\nfour\n')
  })

  it('by delete and create', () => {
    writeFileSync(log, 'old\n')
    watched.look()
    appendFileSync(log, 'last words\n')
    rmSync(log)
    watched.look(2)
    writeFileSync(log, 'new\n')
    watched.look(4)
    expect(watched.text).toBe('old\nlast words\nnew\n')
    expect(watched.notices).toEqual([])
  })
})

describe('a writer that runs at the same time', () => {
  // Rotates as logrotate does: rename, create, and only some time later does the writer open the new file.
  const WRITER = `
    const fs = require('node:fs')
    const log = process.argv[1]
    let fd = fs.openSync(log, 'a')
    let line = 0
    let rotations = 0
    const step = () => {
      for (let i = 0; i < 500; i++) fs.writeSync(fd, 'line ' + line + ' größe 服务 ' + 'x'.repeat(line++ % 61) + '\\n')
      if (line >= 50000) return fs.closeSync(fd)
      if (line % 5000 === 0) {
        fs.renameSync(log, log + '.' + rotations++)
        fs.closeSync(fs.openSync(log, 'a'))
      }
      if (line % 5000 === 1500) {
        const old = fd
        fd = fs.openSync(log, 'a')
        fs.closeSync(old)
      }
      setTimeout(step, 20)
    }
    step()`

  it('and rotates nine times in 50 000 lines: every byte once, in order', async () => {
    const writer = spawn(process.execPath, ['-e', WRITER, log], { stdio: 'inherit' })
    let running = true
    writer.once('exit', () => {
      running = false
    })
    while (running) {
      watched.look()
      await delay(4)
    }
    watched.look(30)
    const expected = Array.from({ length: 50_000 }, (_, i) => `line ${i} größe 服务 ${'x'.repeat(i % 61)}\n`).join('')
    expect(watched.bytes.length).toBe(Buffer.byteLength(expected))
    expect(watched.text === expected).toBe(true)
  })
})

describe('truncation', () => {
  it('by copytruncate: what was read is not read again, what comes after is', () => {
    writeFileSync(log, 'one\ntwo\n')
    watched.look()
    copyFileSync(log, `${log}.1`)
    truncateSync(log)
    watched.look()
    appendFileSync(log, 'three\n')
    watched.look()
    expect(watched.text).toBe('one\ntwo\nthree\n')
    expect(watched.notices).toEqual([`${log}: was truncated; reading from the start`])
  })

  it('is seen when the file has grown past the old position before the next look', () => {
    writeFileSync(log, 'one\ntwo\n')
    watched.look()
    truncateSync(log)
    appendFileSync(log, 'three, a line that is longer than both\n')
    watched.look()
    expect(watched.text).toBe('one\ntwo\nthree, a line that is longer than both\n')
  })

  it('is seen when the file has grown to exactly the old position', async () => {
    writeFileSync(log, 'one\ntwo\n')
    watched.look()
    // The time of change is what gives it away; file systems keep it in steps of some milliseconds.
    await delay(30)
    truncateSync(log)
    appendFileSync(log, 'six\nten\n')
    watched.look()
    expect(watched.text).toBe('one\ntwo\nsix\nten\n')
  })

  it('under a writer that keeps its offset: the hole it leaves is not read as bytes', () => {
    const fd = openSync(log, 'w')
    writeSync(fd, 'one\ntwo\n')
    watched.look()
    truncateSync(log)
    watched.look()
    writeSync(fd, 'three\n')
    watched.look()
    writeSync(fd, 'four\n')
    watched.look()
    expect(watched.text).toBe('one\ntwo\nthree\nfour\n')
    closeSync(fd)
  })

  it('under a writer that keeps its offset and writes before the next look', () => {
    const fd = openSync(log, 'w')
    writeSync(fd, 'one\ntwo\n')
    watched.look()
    truncateSync(log)
    writeSync(fd, 'three\n')
    watched.look()
    expect(watched.text).toBe('one\ntwo\nthree\n')
    closeSync(fd)
  })
})

describe('a file whose descriptor was closed, because others needed one', () => {
  const others: Watched[] = []

  /** More than may be open at once. */
  function readOthers(): void {
    for (let i = 0; i < 40; i++) {
      const path = folder.at(`other-${i}.log`)
      writeFileSync(path, 'x\n')
      const other = new Watched(path)
      other.look()
      others.push(other)
    }
  }

  afterEach(() => {
    for (const { follower } of others.splice(0)) follower.close()
  })

  it('is read on under the name that rotation gave it', () => {
    writeFileSync(log, 'one\n')
    watched.look()
    appendFileSync(log, 'two\n')
    renameSync(log, folder.at('app.log.1'))
    writeFileSync(log, 'three\n')
    readOthers()
    watched.look(4)
    renameSync(folder.at('app.log.1'), folder.at('app.log.2'))
    readOthers()
    appendFileSync(folder.at('app.log.2'), 'late\n')
    watched.look(2)
    expect(watched.text.split('\n').sort()).toEqual(['', 'late', 'one', 'three', 'two'])
    expect(watched.notices).toEqual([])
  })

  it('and that was deleted is not taken for the file that has its number now', () => {
    writeFileSync(log, 'one\ntwo\n')
    watched.look()
    readOthers()
    // As if it were deleted, and the next file that is made got its number.
    renameSync(log, folder.at('db.log'))
    writeFileSync(folder.at('db.log'), 'a line of the database\n')
    watched.look(3)
    writeFileSync(log, 'three\n')
    watched.look(4)
    expect(watched.text).toBe('one\ntwo\nthree\n')
  })

  it('and over which another rotated file was written: that one is read, though it is not at the path any more', () => {
    writeFileSync(log, 'one\n')
    watched.look()
    readOthers()
    renameSync(log, folder.at('app.log.1'))
    writeFileSync(folder.at('next'), 'two\n')
    writeFileSync(folder.at('after'), 'three\n')
    renameSync(folder.at('next'), folder.at('app.log.1'))
    renameSync(folder.at('after'), log)
    watched.look(6)
    expect(watched.text).toBe('one\ntwo\nthree\n')
  })
})

describe('the process whose descriptor it is', () => {
  it('has ended with more to read than one look takes: over once all is read', () => {
    writeFileSync(log, Buffer.alloc(20 << 20, 'line\n'))
    let bytes = 0
    let ended = false
    const onChunk = (chunk: Uint8Array): void => {
      bytes += chunk.length
    }
    const follower = new Follower(log, { onChunk, onNotice: () => {} }, { process: { pid: 1, ended: () => ended } })
    expect([follower.poll(0), follower.over]).toEqual([true, false])
    ended = true
    while (!follower.over) follower.poll(1)
    expect(bytes).toBe(20 << 20)
    follower.close()
  })

  it('from the end: what is there already is passed over, what comes by rotation is not', () => {
    writeFileSync(log, 'old\n')
    let text = ''
    const onChunk = (chunk: Uint8Array): void => {
      text += Buffer.from(chunk).toString()
    }
    const follower = new Follower(log, { onChunk, onNotice: () => {} }, { from: 'end' })
    follower.poll(0)
    appendFileSync(log, 'new\n')
    follower.poll(1)
    renameSync(log, `${log}.1`)
    writeFileSync(log, 'next\n')
    for (let now = 2; now < 6; now++) follower.poll(now)
    expect(text).toBe('new\nnext\n')
    follower.close()
  })
})
