// The parsers that dumpstream is compared with: built from their modules, with the small drivers in peers/, in the temporary folder. None of their
// code is in this repository.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { here, json, temporary } from './measure.mjs'

/** `{ run(tool, file, runs, flags) }`, or `{ missing: why }` if Go or the modules are not available. */
export function buildPeers() {
  const out = join(temporary, 'peers')
  const build = spawnSync('go', ['build', '-o', `${out}/`, './panicparse', './gostackparse'], {
    cwd: here('peers'),
    encoding: 'utf8',
    env: { ...process.env, GOWORK: 'off' },
  })
  if (build.error !== undefined) return { missing: 'no Go here' }
  if (build.status !== 0) return { missing: `go build failed: ${build.stderr.trim().split('\n').at(-1)}` }
  const go = spawnSync('go', ['env', 'GOVERSION'], { cwd: here('peers'), encoding: 'utf8' }).stdout.trim()
  return {
    go,
    run: (tool, file, runs = 1, flags = []) => json([join(out, tool), ...flags, '-runs', String(runs), file]),
    /** The same, or undefined if it takes longer than that. */
    runWithin: (seconds, tool, file, runs, flags = []) =>
      json(['timeout', String(seconds), join(out, tool), ...flags, '-runs', String(runs), file], { late: 124 }),
  }
}
