/** The recipe for a child process, with the packed package, over a real service that is sent SIGQUIT. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Installed, installPackage, root } from '../package/installed.ts'
import { buildGo } from './go.ts'

let installed: Installed
let service = ''
beforeAll(() => {
  installed = installPackage()
  service = buildGo(join(root, 'examples/leaky-service'), 'local')
  cpSync(join(root, 'examples/recipes/child-process.mjs'), join(installed.folder, 'child-process.mjs'))
})
afterAll(() => installed.remove())

it('child-process.mjs reads what Go prints on SIGQUIT, and passes its log and its exit code on', async () => {
  const recipe = spawn('node', [join(installed.folder, 'child-process.mjs'), service], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [log, said] = ['', '']
  recipe.stdout.on('data', (bytes) => {
    log += bytes
  })
  recipe.stderr.on('data', (bytes) => {
    said += bytes
  })
  for (let waited = 0; log === '' && waited < 10_000; waited += 20) await delay(20)
  await delay(300)
  recipe.kill('SIGQUIT')
  const [code] = await once(recipe, 'close')
  expect(code).toBe(2)
  expect(log).not.toBe('')
  expect(Number(/^stderr: dump 1: (\d+) goroutines$/m.exec(said)?.[1])).toBeGreaterThan(4)
})
