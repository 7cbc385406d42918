// Writes dist/THIRD_PARTY_NOTICES: the packages whose code is in the built files, with their licences.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** @param output chunks of rolldown */
export function writeNotices(root, output) {
  const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))
  // The style of uplot is added to the page by name.
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
  const {
    version,
    license,
    homepage = '',
    main = 'index.js',
  } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const files = ['LICENSE', 'license', 'LICENSE.md', 'LICENSE.txt', 'LICENSE.MIT']
  // The header of xz-decompress lists the authors of its parts and their licences.
  const banner = read(join(folder, main)).flatMap((code) => /^\/\*![\s\S]*?\*\//.exec(code)?.[0] ?? [])
  const text = [...files.flatMap((file) => read(join(folder, file))), ...banner].at(0)
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
