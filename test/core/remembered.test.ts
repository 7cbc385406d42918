import { describe, expect, it } from 'vitest'
import { remembered, rememberedText } from '../../src/core/remembered.ts'

describe('what is remembered', () => {
  const keys = Array.from({ length: 12 }, (_, i) => ({ name: `key ${i}` }))

  it('is asked once while no more keys are in use than are remembered', () => {
    let asked = 0
    const find = remembered(12, ({ name }: { name: string }) => ({ name, serial: asked++ }))
    for (let turn = 0; turn < 3; turn++) for (const key of keys) expect(find(key).name).toBe(key.name)
    expect(asked).toBe(12)
  })

  it('is found still where a few more keys come in turns than are remembered', () => {
    let asked = 0
    const find = remembered(10, ({ name }: { name: string }) => ({ name, serial: asked++ }))
    for (let turn = 0; turn < 10; turn++) for (const key of keys) expect(find(key).name).toBe(key.name)
    expect(asked).toBe(10 + 2 * 10)
  })

  it('is of the texts in use, once others are', () => {
    const asked: string[] = []
    const find = rememberedText(2, (text) => {
      asked.push(text)
      return { text }
    })
    for (const text of ['a', 'b']) find(text)
    for (let turn = 0; turn < 20; turn++) for (const text of ['c', 'd']) expect(find(text).text).toBe(text)
    const before = asked.length
    for (const text of ['c', 'd']) find(text)
    expect(asked.length).toBe(before)
  })

  it('is not of keys that are gone, where each of those in use is asked about several times in a row', () => {
    let asked = 0
    const find = remembered(10, ({ name }: { name: string }) => ({ name, serial: asked++ }))
    for (const key of keys.slice(0, 10)) find(key)
    const before = asked
    // As many as are remembered, again and again others, each asked about six times.
    for (let turn = 0; turn < 10; turn++)
      for (const key of keys.map(({ name }) => ({ name: `${name}, ${turn}` })))
        for (let i = 0; i < 6; i++) expect(find(key).name).toBe(key.name)
    // Once each would be 120; nothing but misses 720.
    expect(asked - before).toBeLessThan(360)
  })
})
