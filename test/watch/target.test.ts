import { writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isGoBinary } from '../../src/watch/go-binary.ts'
import { objectionTo, readSignal, Target } from '../../src/watch/target.ts'
import { childrenForEachTest } from '../children.ts'
import { folderForEachTest } from '../folder.ts'

const folder = folderForEachTest()
const children = childrenForEachTest()

function signal(text: string) {
  const found = readSignal(text)
  if (found === undefined) throw new Error(`no signal ${text}`)
  return found
}

describe('signals', () => {
  it.each(['USR2', 'usr2', 'SIGUSR2', '12'])('%s', (text) => {
    expect(readSignal(text)).toEqual({ name: 'SIGUSR2', number: 12 })
  })

  it('there is no such signal', () => {
    expect([readSignal('USR3'), readSignal(''), readSignal('99')]).toEqual([undefined, undefined, undefined])
  })

  it.each(['QUIT', 'ABRT', 'TERM', 'HUP', 'INT'])('%s ends a Go program: only when that is known', (name) => {
    expect(objectionTo(signal(name), false)).toContain('--i-know sends it anyway')
    expect(objectionTo(signal(name), true)).toBeUndefined()
  })

  it('KILL and STOP never make a dump', () => {
    for (const name of ['KILL', 'STOP', 'TSTP'])
      expect(objectionTo(signal(name), true)).toContain('does not make a dump')
    expect(objectionTo(signal('USR1'), false)).toBeUndefined()
  })
})

describe('the process', () => {
  it('that is no Go program is not signalled', () => {
    const { pid = 0 } = children.sleeper()
    const target = new Target(pid, signal('USR2'), false)
    expect(() => target.send()).toThrow(`process ${pid} (sleep) is not a Go program; --i-know signals it anyway`)
  })

  it('that does not catch the signal is not ended by it, whatever is known', () => {
    const { pid = 0 } = children.sleeper()
    const target = new Target(pid, signal('USR2'), true)
    expect(() => target.send()).toThrow(`process ${pid} (sleep) does not catch SIGUSR2, which would end it`)
    expect(target.ended).toBe(false)
  })

  it('that has ended, or never was', async () => {
    const child = children.sleeper()
    const target = new Target(child.pid ?? 0, signal('USR2'), true)
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await exited
    expect(() => target.send()).toThrow(`process ${child.pid} has ended`)
    expect(() => new Target(4194305, signal('USR2'), true)).toThrow('no process has pid 4194305')
  })
})

describe('isGoBinary', () => {
  it('Node is none; what is no ELF file, or cut short, says nothing', () => {
    expect(isGoBinary(process.execPath)).toBe(false)
    const script = folder.at('script')
    writeFileSync(script, '#!/bin/sh\n'.repeat(20))
    expect(isGoBinary(script)).toBeUndefined()
    writeFileSync(script, '\x7fELF')
    expect(isGoBinary(script)).toBeUndefined()
  })

  it.each([
    ['64 bit, little endian', true, true],
    ['64 bit, big endian', true, false],
    ['32 bit, little endian', false, true],
    ['32 bit, big endian', false, false],
  ])('reads section names: %s', (_name, wide, little) => {
    for (const [section, isGo] of [
      ['.note.go.buildid', true],
      ['.go.buildinfo', true],
      ['.text', false],
      ['.rodata.go.buildinfox', false],
    ] as const) {
      const path = folder.at('elf')
      writeFileSync(path, elf(`\0${section}\0.shstrtab\0`, wide, little))
      expect([section, isGoBinary(path)]).toEqual([section, isGo])
    }
  })

  it('a table of sections that points nowhere says nothing', () => {
    const path = folder.at('elf')
    const bytes = elf('\0.go.buildinfo\0', true, true)
    bytes.writeBigUInt64LE(1n << 60n, 0x28)
    writeFileSync(path, bytes)
    expect(isGoBinary(path)).toBeUndefined()
  })
})

/** A header, one section header, and the names. */
function elf(names: string, wide: boolean, little: boolean): Buffer {
  const headerBytes = wide ? 64 : 52
  const sectionBytes = wide ? 64 : 40
  const out = Buffer.alloc(headerBytes + sectionBytes + names.length)
  out.write('\x7fELF', 0, 'latin1')
  out[4] = wide ? 2 : 1
  out[5] = little ? 1 : 2
  const u16 = (value: number, at: number): unknown =>
    little ? out.writeUInt16LE(value, at) : out.writeUInt16BE(value, at)
  const word = (value: number, at: number): unknown => {
    if (!wide) return little ? out.writeUInt32LE(value, at) : out.writeUInt32BE(value, at)
    return little ? out.writeBigUInt64LE(BigInt(value), at) : out.writeBigUInt64BE(BigInt(value), at)
  }
  word(headerBytes, wide ? 0x28 : 0x20)
  u16(sectionBytes, wide ? 0x3a : 0x2e)
  u16(1, wide ? 0x3c : 0x30)
  u16(0, wide ? 0x3e : 0x32)
  word(headerBytes + sectionBytes, headerBytes + (wide ? 0x18 : 0x10))
  word(names.length, headerBytes + (wide ? 0x20 : 0x14))
  out.write(names, headerBytes + sectionBytes, 'latin1')
  return out
}
