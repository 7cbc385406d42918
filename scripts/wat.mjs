// Makes `import module from './x.wat'` work in the build and in the tests: WebAssembly text → the assembled module as Base64. One plugin for
// rolldown and Vite. x.d.wat.ts declares the type.
import { readFileSync } from 'node:fs'
import wabt from 'wabt'

const features = { simd: true }

export function wat() {
  return {
    name: 'wat',
    async load(id) {
      const path = id.split('?', 1)[0]
      if (!path.endsWith('.wat')) return
      const { parseWat } = await wabt()
      const module = parseWat(path, readFileSync(path, 'utf8'), features)
      try {
        module.validate(features)
        const { buffer } = module.toBinary({})
        return {
          code: `export default ${JSON.stringify(Buffer.from(buffer).toString('base64'))}`,
          moduleType: 'js',
          map: null,
        }
      } finally {
        module.destroy()
      }
    },
  }
}
