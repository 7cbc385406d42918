// Makes `import module from './x.wat'` work in the build and in the tests: WebAssembly text → the assembled module as Base64. One plugin for
// rolldown and Vite. x.d.wat.ts declares the type.
import { readFileSync } from 'node:fs'
import wabt from 'wabt'
import { checked } from './checked-wat.mjs'

const features = { simd: true }

/** The assembled module. `path` is for messages. */
export async function assemble(path, text) {
  const { parseWat } = await wabt()
  const module = parseWat(path, text, features)
  try {
    module.validate(features)
    return Buffer.from(module.toBinary({}).buffer)
  } finally {
    module.destroy()
  }
}

/** `isChecked`: with what checked-wat.mjs adds. */
export function wat({ isChecked = false } = {}) {
  return {
    name: 'wat',
    async load(id) {
      const path = id.split('?', 1)[0]
      if (!path.endsWith('.wat')) return
      const text = readFileSync(path, 'utf8')
      const code = await assemble(path, isChecked ? checked(text) : text)
      return { code: `export default ${JSON.stringify(code.toString('base64'))}`, moduleType: 'js', map: null }
    },
  }
}
