import { writeSync } from 'node:fs'
import { main } from './cli/main.ts'
import { openTerminal } from './cli/terminal.ts'

// Should the event loop run dry before the command is done, that must not pass for success: 13 is Node's own code for it. No `await`: what
// is built of it is CommonJS, for V8's code cache.
const DRY = 13
process.exitCode = DRY
process.once('exit', (code) => {
  if (code === DRY)
    writeSync(
      2,
      'dumpstream: nothing is left to wait for, and the work is not done: this is a bug; please file an issue\n',
    )
})
main(process.argv.slice(2), openTerminal()).then((code) => {
  process.exitCode = code
})
