import fc from 'fast-check'
import { expect, it } from 'vitest'
import { packageOf } from '../../src/stacks/title.ts'

/** As the linker writes names: the path up to the last slash, then up to the first dot; type arguments and receivers come after. */
function packageByExpression(name: string): string {
  const head = /^[^[(]*/.exec(name)?.[0] ?? ''
  const slash = head.lastIndexOf('/')
  const dot = head.indexOf('.', slash + 1)
  return dot < 0 ? head : head.slice(0, dot)
}

it('packageOf reads the import path of every name', () => {
  expect(packageOf('gopkg.in/yaml.v3.(*Decoder).Decode')).toBe('gopkg.in/yaml')
  expect(packageOf('example.com/a.F[example.com/b.T]')).toBe('example.com/a')
  expect(packageOf('main.main')).toBe('main')
  expect(packageOf('panic')).toBe('panic')
  const part = fc.constantFrom('a', 'b1', '.', '/', '(', '[', ')', '*', '..', 'x/y', '')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const name = parts.join('')
      expect(packageOf(name)).toBe(packageByExpression(name))
    }),
  )
})
