/** The canonical text of every level is a contract: this holds it down. `npm run goldens` rewrites canonical.txt. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseStackText } from '../stacks/stacks.ts'
import { canonicalText } from '../../src/stacks/canonical.ts'
import { signatureId } from '../../src/stacks/signature.ts'
import type { Similarity } from '../../src/core/model.ts'
import { goldenDump } from './dumps.ts'

const LEVELS: readonly Similarity[] = ['origin', 'functions', 'lines', 'exact']
const FILES = ['zoo-1.15-stack.txt', 'zoo-1.27-stack.txt', 'zoo-1.27-quit.txt', 'odd-1.27.txt', 'extra-1.27-genmethod.txt', 'cgo-1.27-stack.txt']

describe('canonical text', () => {
  it('is what it was, at every level', () => {
    const out: string[] = []
    for (const name of FILES) {
      for (const { header, state, stack } of parseStackText(goldenDump(name).toString('utf8'))) {
        out.push(`## ${name} ${header}`)
        for (const level of LEVELS) {
          const text = canonicalText(stack, level, state)
          out.push(`${level} ${signatureId(text)}`, ...text.split('\n').map((line) => `  ${line}`))
        }
      }
    }
    const text = `${out.join('\n')}\n`
    const file = new URL('./canonical.txt', import.meta.url)
    if (process.env.DUMPSTREAM_UPDATE_GOLDENS === '1') writeFileSync(file, text)
    expect(existsSync(file)).toBe(true)
    expect(text).toBe(readFileSync(file, 'utf8'))
  })
})
