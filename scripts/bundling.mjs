// Shared by every bundle of src: constants, the report page, WebAssembly.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundlePage } from './page.mjs'
import { wat } from './wat.mjs'

/** Options of rolldown, and the packages in the page, for the notices of their licences. */
export async function bundling(root) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { page, output: pageOutput } = await bundlePage(root)
  const define = { DUMPSTREAM_VERSION: JSON.stringify(version), DUMPSTREAM_PAGE: JSON.stringify(page) }
  return { pageOutput, common: { platform: 'node', transform: { define }, plugins: [wat()] } }
}
