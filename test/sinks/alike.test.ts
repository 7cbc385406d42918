import { describe, expect, it } from 'vitest'
import { alike } from '../../src/sinks/alike.ts'
import { signature } from './records.ts'

const wait = 'shop/db.(*Pool).get /app/db/pool.go:9'
const get = (stack: string[], fields = {}) =>
  signature({
    function: 'shop/db.(*Pool).get',
    file: '/app/db/pool.go',
    line: 9,
    stack,
    created_by: 'main.serve',
    ...fields,
  })

describe('signatures that look alike', () => {
  it('are told apart by the first frame that differs, from the inside', () => {
    const cart = get([wait, 'shop.load /app/a.go:1', 'shop.Cart /app/a.go:2', 'main.h /app/a.go:3'])
    const user = get([wait, 'shop.load /app/a.go:1', 'shop.User /app/a.go:4', 'main.h /app/a.go:3'])
    expect(alike([cart, user])).toEqual(
      new Map([
        [cart, 'shop.Cart'],
        [user, 'shop.User'],
      ]),
    )
  })

  it('are told apart by who started them where their stacks are the same', () => {
    const one = get([wait], { created_by: 'main.serve' })
    const other = get([wait], { created_by: 'main.every' })
    expect([...alike([one, other]).values()]).toEqual(['main.serve', 'main.every'])
  })

  it('are told apart by the line where they are in the same function', () => {
    const one = get([wait, 'main.h /app/a.go:3'])
    const other = get([wait, 'main.h /app/a.go:8'])
    expect([...alike([one, other]).values()]).toEqual(['main.h a.go:3', 'main.h a.go:8'])
  })

  it('say so where one stack ends before the other', () => {
    const short = get([wait], { created_by: undefined })
    const long = get([wait, 'main.h /app/a.go:3'], { created_by: undefined })
    expect([...alike([short, long]).values()]).toEqual(['(outermost)', 'main.h'])
  })

  it('are not those at another place, nor what is alone', () => {
    expect(alike([get([wait]), get([wait], { line: 10 }), signature()]).size).toBe(0)
  })
})
