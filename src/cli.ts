import { main } from './cli/main.ts'
import { openTerminal } from './cli/terminal.ts'

// Should the event loop run dry before the command is done, that must not pass for success: 13 is Node's own code for it. No `await`: what
// is built of it is CommonJS, for V8's code cache.
process.exitCode = 13
main(process.argv.slice(2), openTerminal()).then((code) => {
  process.exitCode = code
})
