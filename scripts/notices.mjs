// Writes dist/THIRD_PARTY_NOTICES: the packages whose code the build has put into its files, and the licence of each.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** @param output chunks of rolldown */
export function writeNotices(root, output) {
  const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
  // uplot's style is put into the page by name.
  const names = new Set(modules.flatMap((id) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []))
  writeFileSync(
    join(root, 'dist/THIRD_PARTY_NOTICES'),
    `The files of dumpstream contain these packages.\n\n${[...names]
      .sort()
      .map((name) => notice(root, name))
      .join('\n---\n\n')}`,
  )
}

function notice(root, name) {
  const folder = join(root, 'node_modules', name)
  const { version, license, homepage = '' } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const text = ['LICENSE', 'license', 'LICENSE.md', 'LICENSE.txt'].flatMap((file) => read(join(folder, file))).at(0)
  if (text === undefined) throw new Error(`${name} has no licence to quote`)
  return `${name} ${version} (${license}) ${homepage}\n\n${text.trim()}\n`
}

function read(path) {
  try {
    return [readFileSync(path, 'utf8')]
  } catch {
    return []
  }
}
