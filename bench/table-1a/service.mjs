// What examples/leaky-service writes when it is asked for its goroutines, in a separate process each time.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { here, temporary } from '../measure.mjs'

/** Long enough for a few rounds of the leak. */
const LIFE = 1000

/** `{ clean, quit, ancestors, profile }`: debug=2, SIGQUIT, debug=2 with ancestors, debug=1; only the text of the dump, without log. */
export async function recordService() {
  const binary = join(temporary, 'leaky-service')
  const build = spawnSync('go', ['build', '-o', binary, '.'], {
    cwd: here('../examples/leaky-service'),
    encoding: 'utf8',
    env: { ...process.env, GOWORK: 'off' },
  })
  if (build.status !== 0) throw new Error(`examples/leaky-service: ${build.stderr}`)
  return {
    clean: dumpOf(await record(binary, 'debug2')),
    quit: (await record(binary, 'quit')).replace(/^[\s\S]*?(?=^SIGQUIT: quit$)/m, ''),
    ancestors: dumpOf(await record(binary, 'debug2', { GODEBUG: 'tracebackancestors=3' })),
    profile: dumpOf(await record(binary, 'debug1')),
  }
}

/** Everything that one run writes to stdout and stderr. */
async function record(binary, what, env = {}) {
  const form = what === 'quit' ? 'stack' : what
  const service = spawn(binary, ['-interval', '250ms', '-dump', form], { env: { ...process.env, ...env } })
  let text = ''
  for (const stream of [service.stdout, service.stderr]) {
    stream.setEncoding('utf8').on('data', (piece) => {
      text += piece
    })
  }
  const closed = once(service, 'close')
  await wait(LIFE)
  service.kill(what === 'quit' ? 'SIGQUIT' : 'SIGUSR2')
  if (what !== 'quit') {
    await wait(LIFE)
    service.kill('SIGKILL')
  }
  await closed
  return text
}

/** From the first line of the dump to the log line after it. */
function dumpOf(text) {
  const lines = text.split('\n')
  const first = lines.findIndex((line) => /^goroutine (?:\d+ \[running\]:|profile: total )/.test(line))
  const after = lines.findIndex((line, i) => i > first && /^(?:\{"time":|\d{4}\/\d\d\/\d\d )/.test(line))
  if (first < 0 || after < 0) throw new Error('examples/leaky-service wrote no dump')
  return `${lines.slice(first, after).join('\n').trimEnd()}\n`
}
