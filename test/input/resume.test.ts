/** Where one process has come to, another goes on, whatever happens to the files meanwhile. */
import { spawn } from 'node:child_process'
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  openSync,
  renameSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { Follower } from '../../src/input/follow.ts'
import { folderForEachTest } from '../folder.ts'

const folder = folderForEachTest()

/** What followers of one path hand on, one after the other. */
class Relay {
  text = ''
  readonly path: string
  readonly notices: string[] = []
  #bytes = 0
  #follower: Follower

  constructor(path: string) {
    this.path = path
    this.#follower = new Follower(path, this.#events)
  }

  get #events(): ConstructorParameters<typeof Follower>[1] {
    return {
      onChunk: (bytes) => {
        this.text += Buffer.from(bytes).toString()
        this.#bytes += bytes.length
      },
      onNotice: (line) => this.notices.push(line),
    }
  }

  look(now = performance.now()): void {
    while (this.#follower.poll(now)) {}
  }

  /** What `meanwhile` does, nobody sees. */
  restart(meanwhile: () => void = () => {}): void {
    const resume = this.#follower.placesAt(this.#bytes)
    this.close()
    meanwhile()
    this.#bytes = 0
    this.#follower = new Follower(this.path, this.#events, { resume })
  }

  close(): void {
    this.#follower.close()
  }
}

let relay: Relay | undefined
afterEach(() => relay?.close())

describe('a follower that goes on for another', () => {
  it('reads nothing twice of a rotated file that was written after the file at the path', () => {
    const log = folder.write('app.log', 'one\n')
    relay = new Relay(log)
    relay.look(0)
    const old = openSync(log, 'a')
    renameSync(log, `${log}.1`)
    writeFileSync(log, 'three\n')
    for (let now = 100; now < 500; now += 100) relay.look(now)
    writeSync(old, 'two\n')
    closeSync(old)
    utimesSync(`${log}.1`, 2e9, 2e9)
    relay.look(600)
    relay.restart()
    relay.look(700)
    appendFileSync(log, 'four\n')
    relay.look(800)
    expect(relay.text.split('\n')).toEqual(['one', 'three', 'two', 'four', ''])
  })

  it('reads a new file once that has the number of a rotated and deleted one', () => {
    const log = folder.write('app.log', 'one\n')
    relay = new Relay(log)
    relay.look(0)
    renameSync(log, `${log}.1`)
    writeFileSync(log, 'two\n')
    for (let now = 100; now < 500; now += 100) relay.look(now)
    relay.restart(() => {
      renameSync(log, `${log}.2`)
      // The next file has the number of the deleted one on most file systems; here it is the same file with other bytes.
      writeFileSync(`${log}.1`, 'three, which is longer\n')
      renameSync(`${log}.1`, log)
    })
    for (let now = 500; now < 900; now += 100) relay.look(now)
    appendFileSync(log, 'four\n')
    relay.look(900)
    expect(relay.text.split('\n')).toEqual(['one', 'two', 'three, which is longer', 'four', ''])
    expect(relay.notices).toEqual([])
  })

  const two = 'two, written meanwhile\n'
  const three = 'three, written meanwhile\n'
  it.each([
    [
      'the new file',
      (log: string): void => {
        renameSync(log, `${log}.2`)
        writeFileSync(`${log}.1`, two)
        writeFileSync(`${log}.2`, three)
        renameSync(`${log}.2`, log)
      },
    ],
    [
      'a rotated one',
      (log: string): void => {
        writeFileSync(log, two)
        renameSync(log, `${log}.1`)
        writeFileSync(log, three)
      },
    ],
  ])('reads all that came after a file that is gone, and whose number %s has', (_, meanwhile) => {
    const log = folder.write('app.log', 'one\n')
    relay = new Relay(log)
    relay.look(0)
    relay.restart(() => meanwhile(log))
    for (let now = 100; now < 500; now += 100) relay.look(now)
    expect(relay.text).toBe(`one\n${two}${three}`)
    expect(relay.notices).toHaveLength(1)
  })

  it('goes on in the copy that copytruncate has made meanwhile, and then in the file', () => {
    const log = folder.write('app.log', 'one\n')
    relay = new Relay(log)
    relay.look(0)
    relay.restart(() => {
      appendFileSync(log, 'two\n')
      copyFileSync(log, `${log}.1`)
      writeFileSync(log, '')
      appendFileSync(log, 'three\n')
    })
    relay.look(100)
    expect(relay.text.split('\n')).toEqual(['one', 'two', 'three', ''])
  })

  it('says nothing of a path where there is no file for the moment', () => {
    const log = folder.write('app.log', 'one\n')
    relay = new Relay(log)
    relay.look(0)
    relay.restart(() => renameSync(log, `${log}.1`))
    relay.look(100)
    writeFileSync(log, 'two\n')
    for (let now = 200; now < 600; now += 100) relay.look(now)
    expect(relay.text).toBe('one\ntwo\n')
    expect(relay.notices).toEqual([])
  })

  // A look is many calls of the system, and between any two of them a file may get another name.
  it.each(['dated', 'shifted'])('over files that are %s within milliseconds: each line once', async (naming) => {
    const log = folder.write('app.log', '0\n')
    relay = new Relay(log)
    relay.look()
    const writer = spawn(process.execPath, ['-e', WRITER, log, naming], { stdio: 'inherit' })
    let running = true
    writer.once('exit', () => {
      running = false
    })
    for (let looks = 1; running; looks++) {
      relay.look()
      if (looks % 7 === 0) relay.restart()
      await delay(looks % 5)
    }
    for (let looks = 0; looks < 4; looks++) relay.look()
    const lines = relay.text.trimEnd().split('\n').map(Number)
    // Files that were written last in one tick of the clock of the file system have no order.
    expect(lines.sort((a, b) => a - b)).toEqual(Array.from({ length: LINES }, (_, i) => i))
  })
})

const LINES = 10_000
const WRITER = `
  const { appendFileSync, existsSync, renameSync } = require('node:fs')
  const [, log, naming] = process.argv
  let dated = 0
  const shift = (to) => {
    if (existsSync(log + '.' + to)) shift(to + 1)
    renameSync(to === 1 ? log : log + '.' + (to - 1), log + '.' + to)
  }
  const wait = new Int32Array(new SharedArrayBuffer(4))
  for (let line = 1; line < ${LINES}; line++) {
    appendFileSync(log, line + '\\n')
    if (line % 3 === 0) Atomics.wait(wait, 0, 0, 1)
    if (line % 40 !== 0) continue
    if (naming === 'dated') renameSync(log, log + '.' + ++dated)
    else shift(1)
    if (line % 80 === 0) appendFileSync(log, '')
  }`
