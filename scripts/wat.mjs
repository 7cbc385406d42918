// Makes `import module from './x.wat'` work in the build and in the tests: WebAssembly text → the assembled module as Base64. One plugin for
// rolldown and Vite. x.d.wat.ts declares the type.
//
// A module may consist of several files: `(@include "y.wat")` is replaced by the fields in y.wat, in the same folder.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import wabt from 'wabt'
import { checked } from './checked-wat.mjs'

const features = { simd: true }
const INCLUDE = /^ *\(@include "([\w-]+\.wat)"\)$/gm

/** The text of the module in the file at `path`, with its includes. */
export function readWat(path) {
  return readFileSync(path, 'utf8').replaceAll(INCLUDE, (_, name) => readFileSync(join(dirname(path), name), 'utf8'))
}

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

/** `isChecked`: adds the checks of checked-wat.mjs. */
export function wat({ isChecked = false } = {}) {
  return {
    name: 'wat',
    async load(id) {
      const path = id.split('?', 1)[0]
      if (!path.endsWith('.wat')) return
      const text = readWat(path)
      const code = await assemble(path, isChecked ? checked(text) : text)
      return { code: `export default ${JSON.stringify(code.toString('base64'))}`, moduleType: 'js', map: null }
    },
  }
}
