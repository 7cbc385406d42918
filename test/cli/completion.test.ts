/** The completion scripts, asked by the shells they are for. zsh and fish must be installed: `apt-get install zsh fish`. */
import { spawnSync } from 'node:child_process'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Command } from '../../src/cli/commands.ts'
import { completionScript, type Shell } from '../../src/cli/completion.ts'
import type { Flag } from '../../src/cli/flag.ts'
import { FLAGS } from '../../src/cli/flags.ts'
import { folderForAllTests } from '../folder.ts'
import { environment } from './spawn.ts'

const FAIL_ON: Flag = {
  name: 'fail-on',
  short: 'x',
  value: 'WHAT',
  choices: ['leaking', 'growing'],
  group: 'Output',
  summary: 'exit 1 when it holds',
}
const DIFF: Command = {
  name: 'diff',
  operands: 'BEFORE AFTER',
  summary: "compare two dumps: what's new",
  flags: [FAIL_ON],
  examples: [],
  load: () => Promise.reject(new Error('not in this test')),
}
const TABLE = FLAGS

const folder = folderForAllTests()

beforeAll(() => {
  folder.write('app.log', '')
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    folder.write(`script.${shell}`, completionScript(shell, TABLE, [DIFF]))
  }
})

function ask(shell: Shell, program: string): string[] {
  const args = { bash: ['--norc', '-c'], zsh: ['-f', '-c'], fish: ['--no-config', '-c'] }[shell]
  const result = spawnSync(shell, [...args, program], { cwd: folder.path, env: environment(), encoding: 'utf8' })
  if (result.error !== undefined) throw result.error
  return result.stdout.split('\n').slice(0, -1)
}

const ASK: Readonly<Record<'bash' | 'fish', (words: readonly string[]) => string[]>> = {
  bash: (words) => {
    const list = words.map((word) => `'${word}'`).join(' ')
    return ask(
      'bash',
      `compopt() { :; }; source script.bash; COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _dumpstream; printf '%s\\n' "\${COMPREPLY[@]}"`,
    )
  },
  fish: (words) =>
    ask('fish', `source script.fish; complete -C '${words.join(' ')}'`).map((line) => line.split('\t')[0] ?? ''),
}

/** A shell that is missing fails the test in CI, and says so elsewhere. */
function isMissing(shell: string): boolean {
  const missing = spawnSync(shell, ['-c', ':']).error !== undefined
  if (missing && process.env.CI === 'true') throw new Error(`${shell} is not installed: apt-get install ${shell}`)
  return missing
}

for (const shell of ['bash', 'fish'] as const) {
  describe.skipIf(isMissing(shell))(`in ${shell}`, () => {
    it('every flag is offered', () => {
      const offered = ASK[shell](['dumpstream', '--'])
      for (const flag of TABLE) expect(offered).toContain(`--${flag.name}`)
    })

    it('the values of a flag are offered', () => {
      for (const flag of FLAGS.filter(({ choices }) => choices !== undefined)) {
        const offered = ASK[shell](['dumpstream', `--${flag.name}`, ''])
        expect([...offered].sort()).toEqual([...(flag.choices ?? [])].sort())
      }
      expect(ASK[shell](['dumpstream', '--format', 'js'])).toEqual(['jsonl'])
    })

    it('files are offered where files are meant, and nothing where a number is', () => {
      expect(ASK[shell](['dumpstream', '--out', 'ap'])).toEqual(['app.log'])
      expect(ASK[shell](['dumpstream', 'ap'])).toEqual(['app.log'])
      expect(ASK[shell](['dumpstream', '-n', '']).join('')).toBe('')
    })

    it('a command is offered first, and then its own flags', () => {
      expect(ASK[shell](['dumpstream', 'd'])).toContain('diff')
      expect(ASK[shell](['dumpstream', 'diff', '--fail-on', ''])).toEqual(
        expect.arrayContaining(['leaking', 'growing']),
      )
      const offered = ASK[shell](['dumpstream', 'diff', '--'])
      expect(offered).toContain('--fail-on')
      expect(offered).not.toContain('--follow')
    })
  })
}

describe.skipIf(isMissing('zsh'))('in zsh', () => {
  // `_arguments` is zsh's own; what it is told is ours.
  const told = (words: string): string[] =>
    ask(
      'zsh',
      `compdef() { :; }; _arguments() { print -rl -- "$@" }; source ./script.zsh; words=(${words}); CURRENT=$#words; _dumpstream`,
    )

  it('every flag is told, with its summary and values', () => {
    const specs = told("dumpstream ''")
    for (const { name, summary, choices } of TABLE) {
      const spec = specs.find((line) => new RegExp(`(^|\\*|\\))--${name}(=-?)?\\[`).test(line))
      expect(spec, name).toContain(`[${summary.replaceAll(':', '\\:')}]`)
      if (choices !== undefined) expect(spec).toContain(`:(${choices.join(' ')})`)
    }
    expect(specs.at(-1)).toBe('*:file:_dumpstream_operand')
  })

  it('a command has its own flags', () => {
    const specs = told("dumpstream diff ''")
    expect(specs).toContain('(-x --fail-on)--fail-on=[exit 1 when it holds]:what:(leaking growing)')
    expect(specs.join('\n')).not.toContain('--follow')
  })
})

describe('bash, where it takes a word apart at the equals sign', () => {
  it('offers the values of --format=', () => {
    expect(ASK.bash(['dumpstream', '--format', '='])).toEqual([
      'text',
      'jsonl',
      'none',
      'html',
      'markdown',
      'github',
      'junit',
      'sarif',
      'pprof',
      'folded',
      'speedscope',
    ])
    expect(ASK.bash(['dumpstream', '--format', '=', 'te'])).toEqual(['text'])
  })
})
