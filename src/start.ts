/**
 * `dumpstream` itself: loads the command, which is built into dist/command, with what V8 compiled of it in an earlier run. Compiling takes longer
 * than all else of a short run.
 *
 *   where the code is, if that may be written or has it | kept here: whoever can write there can change the code, too
 *   elsewhere, Node 22.1 and later                      | Node keeps it (module.enableCompileCache), of what it compiles as it loads it: half as good
 *
 * NODE_DISABLE_COMPILE_CACHE=1 turns either off.
 */
import { accessSync, constants, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import module, { createRequire } from 'node:module'
import { join } from 'node:path'
import { Script } from 'node:vm'

const folder = join(__dirname, 'command')
const entry = './cli.cjs'
/** Loaded by every run. */
const main = './main.cjs'
const requireIn = createRequire(join(folder, entry))
/** Code that is shorter is compiled before what V8 made of it would be read. */
const SHORT = 16_384
/** Exports of the files that are loaded. */
const loaded = new Map<string, unknown>()

/** As `require`, of a file of the command. */
function load(file: string): unknown {
  if (loaded.has(file)) return loaded.get(file)
  const path = join(folder, file)
  // Built so that it is ASCII.
  const code = readFileSync(path, 'latin1')
  const kept = keptOf(file)
  const compiled = code.length < SHORT ? undefined : readIfNewer(kept, path)
  const script = new Script(`(function(exports,require){${code}\n})`, {
    filename: path,
    ...(compiled && { cachedData: compiled }),
  })
  const exports: unknown = {}
  loaded.set(file, exports)
  script.runInThisContext()(exports, (id: string) => (id.startsWith('./') ? load(id) : requireIn(id)))
  const isKept = compiled !== undefined && script.cachedDataRejected !== true
  if (!isKept && code.length >= SHORT) process.once('exit', () => keep(script, code.length, kept))
  return exports
}

/** Another version of V8 refuses the file, and so do other flags; then the code is compiled anew, and kept. */
function keep(script: Script, least: number, kept: string): void {
  try {
    accessSync(folder, constants.W_OK)
    const compiled = script.createCachedData()
    // Shorter than the code: this run had little of it to do, and the next may need more.
    if (compiled.length < least) return
    const written = `${kept}.${process.pid}`
    writeFileSync(written, compiled)
    renameSync(written, kept)
  } catch {
    // A folder that is another's, or a full disk: the next run compiles, as this one did.
  }
}

/** V8 compares the code's length alone: code that was written since is not what it compiled. */
function readIfNewer(kept: string, code: string): Buffer | undefined {
  try {
    return statSync(kept).mtimeMs > statSync(code).mtimeMs ? readFileSync(kept) : undefined
  } catch {
    return undefined
  }
}

/** What was compiled of `file`, kept or to be kept. */
function keptOf(file: string): string {
  return `${join(folder, file)}.${process.version}-${process.arch}.cache`
}

function canKeep(): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return existsSync(keptOf(main))
  }
}

if (process.env.NODE_DISABLE_COMPILE_CACHE === '1') requireIn(entry)
else if (canKeep() || !('enableCompileCache' in module && typeof module.enableCompileCache === 'function')) load(entry)
else {
  module.enableCompileCache()
  requireIn(entry)
}
