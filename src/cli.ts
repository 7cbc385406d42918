#!/usr/bin/env node
import module from 'node:module'
import { main } from './cli/main.ts'
import { openTerminal } from './cli/terminal.ts'

// V8 keeps what it compiles from here on, the engine above all, for the next start, where Node can (22.1 and later;
// NODE_DISABLE_COMPILE_CACHE=1 turns it off).
if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function') module.enableCompileCache()

// Should the event loop run dry before the command is done, that must not pass for success: 13 is Node's own code for it. No `await`: the
// single-file build (scripts/build-binary.mjs) is CommonJS, for V8's code cache.
process.exitCode = 13
main(process.argv.slice(2), openTerminal()).then((code) => {
  process.exitCode = code
})
