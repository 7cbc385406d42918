/**
 * The commands of README and docs, run as they are written, in a folder with the files that they name. A line of an indented block
 * is run, or is in the table of those that cannot be run here.
 */
import { once } from 'node:events'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { dumpText } from '../cli/dumps.ts'
import { COMMAND, cli, shell } from '../cli/spawn.ts'
import { folderForAllTests } from '../folder.ts'
import { goldenDumps } from '../golden/dumps.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = folderForAllTests()
let files: readonly string[] = []

const NOT_RUN: readonly (readonly [line: RegExp, why: string])[] = [
  [/^(?:npx|npm) /, 'needs a registry, or a checkout: test/package installs and runs the package, .ci/run the scripts'],
  [/^(?:buildah|docker) /, 'test/live/binary.test.ts builds and runs the image'],
  [/^dumpstream \[options\]/, 'is a synopsis'],
  [/^dumpstream watch /, 'needs a service: test/live/watch.test.ts'],
  [/^dumpstream kafka /, 'needs a cluster: test/live/kafka.test.ts'],
  [/http:\/\/collector:4318/, 'needs a collector: test/live/otel-collector.test.ts'],
  [/\/proc\/43\//, 'needs that process: test/input/descriptor.test.ts'],
]

/** What writes the log in the docs, and what does so here. */
const PRODUCERS: readonly (readonly [written: RegExp, here: string])[] = [
  [/^kubectl logs [^|]*\|/, 'cat pods.log |'],
  [/^tail -F app\.log \|/, 'cat app.log |'],
  [/^go test \.\/\.\.\. 2>&1 \|/, 'cat test.log |'],
  [/^… \|/, 'cat app.log |'],
  [/\| …$/, '| cat'],
  // pprof itself reads profiles in test/live/pprof.test.ts.
  [/ && go tool pprof .*$/, ''],
]

/** Exit codes that the docs promise: all of these logs leak. */
const EXIT_CODES: readonly (readonly [line: RegExp, code: number])[] = [[/ --fail-on leaking(?: |$)/, 1]]

interface Command {
  readonly page: string
  readonly line: string
}

function commandsOf(page: string): Command[] {
  const prose = readFileSync(join(root, page), 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '')
  return [...prose.matchAll(/^ {4}(\S.*)$/gm)].map(([, line = '']) => ({ page, line }))
}

const LINES = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)]
  .filter((page) => page.endsWith('.md') && page !== 'docs/architecture.md')
  .flatMap(commandsOf)
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await once(server.close(), 'close')
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

const isRun = ({ line }: Command): boolean => !NOT_RUN.some(([pattern]) => pattern.test(line))

beforeAll(async () => {
  const demo = join(root, 'examples/demo.log')
  for (const name of ['app.log', 'after.log']) copyFileSync(demo, folder.at(name))
  const log = readFileSync(demo)
  folder.write('app.log.1.gz', gzipSync(log))
  const before = dumpText([{ count: 3, state: 'select', function: 'main.wait', place: '/app/main.go:7' }])
  for (const name of ['before.log', 'app.log.1']) folder.write(name, before)
  const pods = ['a', 'b'].map((pod) => log.toString().replaceAll(/^/gm, `[pod/web-${pod}/app] `))
  folder.write('pods.log', pods.join('\n'))
  folder.write('test.log', goldenDumps().find(({ name }) => name === 'test-1.27-timeout.txt')?.bytes ?? '')
  for (const name of ['dumps.jsonl', 'node-1.jsonl', 'node-2.jsonl']) {
    const { code } = await cli(['--format', 'jsonl', '--stacks', 'always', '-o', name, 'app.log'], { cwd: folder.path })
    expect(code).toBe(0)
  }
  await cli(['--save', 'known.jsonl', '--format', 'none', 'app.log.1'], { cwd: folder.path })
  files = readdirSync(folder.path)
})

describe('the commands of the docs', () => {
  it('are many, and each reason not to run some is in use', () => {
    expect(LINES.filter(isRun).length).toBeGreaterThan(30)
    for (const [pattern, why] of NOT_RUN)
      expect(
        LINES.some(({ line }) => pattern.test(line)),
        why,
      ).toBe(true)
  })

  it.each(LINES.filter(isRun).map(({ page, line }) => [page, line] as const))('%s: %s', async (_, line) => {
    // Commands write files of the same names.
    const cwd = join(folder.path, 'run')
    rmSync(cwd, { recursive: true, force: true })
    mkdirSync(cwd)
    for (const name of files) copyFileSync(folder.at(name), join(cwd, name))
    let here = line
    for (const [written, producer] of PRODUCERS) here = here.replace(written, producer)
    // Those that go on until Ctrl-C get SIGTERM after what is there has been read.
    const endless = /--follow|--serve/.test(here)
    if (endless) {
      here = here.replace(/(--serve|--prometheus) \d+/, `$1 ${await freePort()}`)
      here = here.replace('dumpstream', `timeout --preserve-status --signal TERM 3 ${COMMAND.join(' ')}`)
    }
    const { code, stderr } = await shell(here, { cwd })
    const [, expected = 0] = EXIT_CODES.find(([pattern]) => pattern.test(line)) ?? []
    // 143: on a loaded machine the signal may come before the command hears it.
    expect([endless && code === 143 ? 0 : code, stderr.includes("can't")], stderr).toEqual([expected, false])
  })
})
