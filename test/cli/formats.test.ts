/** Every format, as the command prints it of a real dump, read as its readers read it. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { folderForAllTests } from '../folder.ts'
import { goldenDumps } from '../golden/dumps.ts'
import { cli, terminal } from './spawn.ts'

const folder = folderForAllTests()
const demo = fileURLToPath(new URL('../../examples/demo.log', import.meta.url))
const print = async (format: string, input?: Uint8Array, ...more: string[]): Promise<string> => {
  const { code, stdout, stderr } = await cli(['--format', format, ...more, ...(input ? [] : [demo])], {
    ...(input ? { input } : {}),
  })
  expect([code, stderr]).toEqual([0, ''])
  return stdout
}
/** Dumps of every kind: leaks, waits, crashes, races, time-outs, profiles. */
const subjects = goldenDumps().filter(({ name }) =>
  /^(?:zoo-1\.27-(?:stack|quit|pprof1|leak2)|crash-1\.27-(?:maps|abrt|http)|race-1\.27|test-1\.27-timeout|dead-1\.27-mutex)/.test(
    name,
  ),
)
/** A log in which names, messages and labels try to become markup. */
const HOSTILE = Buffer.from(
  [
    'panic: </script><img src=x onerror=alert(1)> ]]> %0A::error::x | `code` \u202e\u001b[31m \u2028',
    '',
    'goroutine 1 [running]:',
    'main.(*T<script>).__proto__(0x1)',
    '\t/app/"quoted" & <b>.go:3 +0x1',
    '',
  ].join('\n'),
)

describe('--format html', () => {
  it.each(subjects)('of $name is one page without a script of its data', async ({ bytes }) => {
    const html = await print('html', bytes)
    expect(html.startsWith('<!doctype html>')).toBe(true)
    expect(html.trimEnd().endsWith('</html>')).toBe(true)
    expect(Buffer.byteLength(html)).toBeLessThan(400_000)
  })

  it('has no element that its data has made', async () => {
    const html = await print('html', HOSTILE)
    expect(html).not.toContain('<img')
    expect(html.match(/<\/script/g)?.length).toBe(html.match(/<script/g)?.length)
  })
})

describe('the page', () => {
  it('draws who waits for whom', async () => {
    const pileUp = gunzipSync(readFileSync(new URL('../findings/pile-up.txt.gz', import.meta.url)))
    const html = await print('html', pileUp)
    expect(html).toContain('Who waits for whom')
    expect(html).toMatch(/<svg class="graph"[^>]*aria-label="[^"]*609[^"]*flush/)
  })

  it('compares several sources by signature', async () => {
    const log = readFileSync(demo)
    const logs = ['web-1.log', 'web-2.log'].map((name) => folder.write(name, log))
    const { stdout } = await cli(['--format', 'html', ...logs])
    expect(stdout).toContain('All 2 sources by signature')
    expect(stdout).toContain('2 of 2')
  })
})

describe('beside what is printed', () => {
  it('github appends to the summary of the job', async () => {
    const path = folder.write('summary.md', '# before\n')
    await cli(['--format', 'github', demo], { env: { GITHUB_STEP_SUMMARY: path } })
    expect(readFileSync(path, 'utf8')).toMatch(/^# before\n[\s\S]*### 292 goroutines leak/)
    const { stderr, code } = await cli(['--format', 'github', demo], { env: { GITHUB_STEP_SUMMARY: folder.path } })
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^dumpstream: can't write the job summary to /)])
  })

  it('places are links where the terminal has them, and only there', async () => {
    const command = `dumpstream --source-url 'https://git.example/{path}#L{line}' ${demo}`
    const { stdout } = await terminal(command, 120, { env: { FORCE_HYPERLINK: '1' } })
    expect(stdout).toContain('\u001b]8;;https://git.example/')
    expect((await terminal(command, 120, { env: { FORCE_HYPERLINK: '0' } })).stdout).not.toContain('\u001b]8;;')
  })
})

describe('--format markdown', () => {
  it.each(subjects)('of $name is at most 60 lines', async ({ bytes }) => {
    const markdown = await print('markdown', bytes)
    expect(markdown.split('\n').length).toBeLessThanOrEqual(61)
    expect(markdown).toMatch(/^### /)
  })

  it('has a row for each finding', async () => {
    expect((await print('markdown')).match(/^\| \*\*leak\*\* /gm)).toHaveLength(3)
  })

  it('has no markup that its data has made', async () => {
    expect(await print('markdown', HOSTILE)).not.toMatch(/<(?:img|script|b)\b/)
  })
})

describe('--format sarif', () => {
  it.each([...subjects, { name: 'hostile text', bytes: HOSTILE }])(
    'of $name has rules for its results',
    async ({ bytes }) => {
      const { version, runs } = JSON.parse(await print('sarif', bytes))
      expect(version).toBe('2.1.0')
      const [{ tool, results }] = runs
      for (const { ruleId, ruleIndex, message } of results) {
        expect(tool.driver.rules[ruleIndex].id).toBe(ruleId)
        expect(message.text.length).toBeGreaterThan(0)
      }
    },
  )
})

describe('--format junit', () => {
  it.each([...subjects, { name: 'hostile text', bytes: HOSTILE }])('of $name is balanced XML', async ({ bytes }) => {
    const xml = await print('junit', bytes)
    const open: string[] = []
    for (const [, close, name = '', self] of xml.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
      if (close === '/') expect(open.pop()).toBe(name)
      else if (self !== '/') open.push(name)
    }
    expect(open).toEqual([])
    expect(xml).not.toMatch(/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);)/i)
  })
})

describe('--format github', () => {
  it('annotates a timed-out test with its name and what it waits for', async () => {
    const timeout = goldenDumps().find(({ name }) => name === 'test-1.27-timeout.txt')
    expect(await print('github', timeout?.bytes)).toMatch(/^::error .*TestHang/m)
  })

  it('prints nothing but commands, whatever the text', async () => {
    for (const line of (await print('github', HOSTILE)).split('\n').filter(Boolean))
      expect(line).toMatch(/^::(?:error|warning|notice) /)
  })
})

describe('--format speedscope', () => {
  it.each(subjects.filter(({ name }) => !name.startsWith('race')))(
    'of $name weighs every goroutine',
    async ({ bytes }) => {
      const { shared, profiles } = JSON.parse(await print('speedscope', bytes))
      for (const { samples, weights, endValue, startValue } of profiles) {
        expect(samples.length).toBe(weights.length)
        expect(weights.reduce((sum: number, weight: number) => sum + weight, 0)).toBe(endValue - startValue)
        for (const stack of samples) for (const frame of stack) expect(shared.frames[frame]).toBeDefined()
      }
    },
  )
})

describe('--by signature', () => {
  it.each(['text', 'markdown', 'jsonl', 'html'])('compares the sources in %s', async (format) => {
    const stdout = await print(format, readFileSync(demo), '--by', 'signature')
    expect(stdout).toContain('producer.(*Producer).send')
  })
})
