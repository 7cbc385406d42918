/** `dumpstream mcp`, asked by the client of the protocol's own SDK. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folderForAllTests } from '../folder.ts'
import { CLI, COMMAND, cli, environment } from './spawn.ts'

const demo = fileURLToPath(new URL('../../examples/demo.log', import.meta.url))
const folder = folderForAllTests()
const client = new Client({ name: 'test', version: '1' })

beforeAll(async () => {
  const [command, ...args] = COMMAND
  await client.connect(new StdioClientTransport({ command, args: [...args, 'mcp'], env: environment() }))
})
afterAll(() => client.close())

async function ask(name: string, args: Record<string, string>): Promise<{ text: string; isError: boolean }> {
  const { content, isError } = await client.callTool({ name, arguments: args })
  const [first] = Array.isArray(content) ? content : []
  return { text: String(first?.text), isError: isError === true }
}

const items = (text: string): Record<string, unknown>[] => text.split('\n').map((line) => JSON.parse(line))

describe('dumpstream mcp', () => {
  it('offers its tools, which only read', async () => {
    const { tools } = await client.listTools()
    expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
      ['triage', true],
      ['diff', true],
      ['signature', true],
      ['waits', true],
    ])
  })

  it('answers what was asked before the client closed stdin', async () => {
    const call = { jsonrpc: '2.0', method: 'tools/call', params: { name: 'triage', arguments: { path: demo } } }
    const first = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
    }
    const asked = [
      first,
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { ...call, id: 2 },
      { ...call, id: 3 },
    ]
    const { stdout, code } = await cli(['mcp'], { input: asked.map((each) => `${JSON.stringify(each)}\n`).join('') })
    // In any order (JSON-RPC 2.0).
    const answered = items(stdout.trimEnd()).map(({ id }) => id)
    expect([answered.toSorted(), code]).toEqual([[1, 2, 3], 0])
  })

  it('triage says what stands out, and where a person can look at it', async () => {
    const [head, worst] = items((await ask('triage', { path: demo })).text)
    expect(head).toMatchObject({ goroutines: 461, dumps: 3 })
    expect(worst).toMatchObject({ finding: 'leak', goroutines: 292, created_at: 'producer.go:27' })
    const [start, end] = (head?.bytes ?? []) as [number, number]
    expect(head?.evidence).toBe(`tail -c +${start + 1} ${demo} | head -c ${end - start}`)
    expect(readFileSync(demo).subarray(start, end).toString()).toMatch(/^goroutine \d+ \[running\]:/)
  })

  it('says that nothing stands out, with the largest signatures', async () => {
    const log = 'goroutine 1 [running]:\nmain.main()\n\t/app/main.go:3 +0x1\n'
    const [only] = items((await ask('triage', { path: folder.write('quiet.log', log) })).text)
    expect(only).toMatchObject({ findings: 'nothing stands out', largest: [{ function: 'main.main' }] })
  })

  it('diff compares two dumps of one log, or of two', async () => {
    const [head, first] = items((await ask('diff', { before: demo })).text)
    expect(head).toMatchObject({ goroutines: 461 })
    expect(first).toMatchObject({ count: 292, delta: 288 })
    expect((await ask('diff', { before: `${demo}#2`, after: `${demo}#2` })).text).toBe('no signature changed')
  })

  it('signature follows one stack from dump to dump, the newest first', async () => {
    const [, worst] = items((await ask('triage', { path: demo })).text)
    const [id] = (worst?.signatures ?? []) as string[]
    const [head, ...dumps] = items((await ask('signature', { path: demo, id: id ?? '' })).text)
    expect(head).toMatchObject({ id, stack: [expect.stringContaining('producer.go:40')] })
    expect(dumps.map(({ count }) => count)).toEqual([292, 148, 4])
  })

  it('waits names the objects that goroutines wait for, or says why it cannot', async () => {
    const { text, isError } = await ask('waits', { path: demo })
    expect(isError).toBe(false)
    expect(text).toMatch(/waits_on|no goroutine of .* is known to wait/)
  })

  it('never answers with more than 8 kB, and says what is missing', async () => {
    const goroutines = Array.from({ length: 400 }, (_, i) =>
      [`goroutine ${i + 1} [select (no cases)]:`, `main.f${i}()`, `\t/app/f${i}.go:${i} +0x1`, ''].join('\n'),
    )
    const path = folder.write('many.log', `${goroutines.join('\n')}\n`)
    const { text } = await ask('triage', { path })
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8_000)
  })

  it('masks secrets', async () => {
    const secret = 'https://bob:hunter2@db.example/x'
    const log = `panic: cannot reach ${secret}\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:3 +0x1\n`
    const { text } = await ask('triage', { path: folder.write('secret.log', log) })
    expect(text).toContain('cannot reach')
    expect(text).not.toContain('hunter2')
  })

  it.each([
    ['triage', { path: '/no-such-file' }, '/no-such-file: no such file'],
    ['triage', {}, 'triage needs path, a string'],
    ['signature', { path: demo, id: '0000000000000000' }, `no signature 0000000000000000 in ${demo}`],
    ['nonsense', {}, 'no such tool: nonsense'],
  ])('%s %o is answered with what is wrong', async (name, args, says) => {
    expect((await ask(name, args)).text).toContain(says)
  })

  it('ends with a line at a request that is longer than the SDK takes', async () => {
    const { code, stderr } = await cli(['mcp'], { input: `{"x":"${'y'.repeat(11 << 20)}"}\n` })
    expect([code, stderr]).toEqual([
      3,
      expect.stringMatching(/^dumpstream: a request can't be read: .*10485760 bytes\n$/),
    ])
  })

  it('says that it is not done, where nothing is left that could end it', () => {
    const destroyed = `data:text/javascript,${encodeURIComponent('process.stdin.destroy()')}`
    const { status, stderr } = spawnSync(process.execPath, ['--import', destroyed, CLI, 'mcp'], {
      input: '',
      env: environment(),
      encoding: 'utf8',
    })
    expect([status, stderr]).toEqual([13, expect.stringContaining('the work is not done: this is a bug')])
  })

  it('ends when the client goes away', async () => {
    expect(await cli(['mcp'])).toMatchObject({ code: 0, stdout: '' })
  })
})
