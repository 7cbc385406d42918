import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { folderForEachTest } from '../folder.ts'
import { dumpText, logText } from './dumps.ts'
import { cli, recordsIn } from './spawn.ts'

const demo = fileURLToPath(new URL('../../examples/demo.log', import.meta.url))
const folder = folderForEachTest()
const report = (...argv: string[]) => cli(['report', ...argv], { cwd: folder.path })

/** The same log, as each node wrote its records; each calls it `stdin`. */
async function nodes(count: number): Promise<string[]> {
  const { stdout } = await cli(['--format', 'jsonl'], { input: readFileSync(demo) })
  return Array.from({ length: count }, (_, i) => {
    writeFileSync(folder.at(`node-${i + 1}.jsonl`), stdout)
    return `node-${i + 1}.jsonl`
  })
}

describe('report', () => {
  it('writes Markdown and html, and says where', async () => {
    const { code, stdout, stderr } = await report(demo)
    expect([code, stdout, stderr]).toEqual([
      0,
      '',
      'dumpstream: wrote dumpstream-report.md and dumpstream-report.html\n',
    ])
    expect(readFileSync(folder.at('dumpstream-report.md'), 'utf8')).toMatch(/^### 292 goroutines leak/)
    expect(readFileSync(folder.at('dumpstream-report.html'), 'utf8')).toContain('producer.go')
  })

  it.each(['monday', 'monday.md', 'monday.html'])('calls them as --out %s says', async (out) => {
    await report('-o', out, demo)
    expect([existsSync(folder.at('monday.md')), existsSync(folder.at('monday.html'))]).toEqual([true, true])
  })

  it('with --format writes that one, to stdout', async () => {
    const { code, stdout } = await report('--format', 'markdown', demo)
    expect(code).toBe(0)
    expect(stdout).toContain('| **leak** | 292 |')
    expect(existsSync(folder.at('dumpstream-report.md'))).toBe(false)
  })

  it('puts the records of many nodes together, though each calls its input stdin', async () => {
    const files = await nodes(3)
    const { stdout } = await report('--format', 'text', ...files)
    expect(stdout).toContain('3 sources')
    expect(stdout).toMatch(/LEAK +876 in 3 of 3 sources/)
    expect(stdout).toContain('node-2.jsonl: stdin')
  })

  it('writes fleet records, which it passes over when it reads them', async () => {
    const files = await nodes(2)
    const { stdout } = await report('--format', 'jsonl', '--by', 'signature', ...files)
    expect(recordsIn(stdout)[0]).toMatchObject({
      type: 'fleet',
      goroutines: 584,
      sources: 2,
      of: 2,
      verdicts: { leaking: 2 },
    })
    writeFileSync(folder.at('fleet.jsonl'), stdout)
    const again = await report('--format', 'text', 'fleet.jsonl')
    expect(again.stderr).toContain('no goroutine dump in these files')
  })

  it('goes on with a source in the file that follows in time', async () => {
    writeFileSync(folder.at('1.log'), `2026-11-24T05:00:00Z INFO x\n${dumpText()}${logText(3)}`)
    writeFileSync(folder.at('2.log'), `2026-11-24T07:00:00Z INFO x\n${dumpText()}${logText(3)}`)
    for (const name of ['1', '2']) {
      const { stdout } = await cli(['--format', 'jsonl'], { input: readFileSync(folder.at(`${name}.log`)) })
      writeFileSync(folder.at(`${name}.jsonl`), stdout)
    }
    const { stdout } = await report('--format', 'text', '1.jsonl', '2.jsonl')
    expect(stdout).toContain('read 2 dumps, 110 goroutines')
    expect(stdout).not.toContain('sources')
  })

  it('passes over lines that are not records, whatever their fields are, and says how many', async () => {
    const [file = ''] = await nodes(1)
    const lines = readFileSync(folder.at(file), 'utf8').trimEnd().split('\n')
    const spoilt = lines.flatMap((line) => [
      line,
      line.replace(/"signatures":(\d+|\[[^\]]*\])/, '"signatures":{"length":1e9}'),
      line.replace(/"count":\d+/, '"count":"many"').replace(/"states":\{/, '"states":{"x":-1,'),
    ])
    const bad = [...spoilt.filter((line) => !lines.includes(line)), 'null', '[]', '{"v":1,"type":"__proto__"}', '{']
    writeFileSync(folder.at(file), [lines[0], ...bad, ...lines.slice(1)].join('\n'))
    const { code, stdout, stderr } = await report('--format', 'text', file)
    expect(code).toBe(0)
    expect(stderr).toBe(`dumpstream: ${file}: skipped ${bad.length} lines that are not records\n`)
    expect(stdout).toContain('292 goroutines leak in chan send at producer.go:40')
  })

  it('says what is wrong', async () => {
    expect(await report()).toMatchObject({
      code: 2,
      stderr: 'dumpstream: report takes FILEs: dumpstream report node-*.jsonl\n',
    })
    expect(await report('--format', 'text', 'absent.log')).toMatchObject({ code: 3 })
    expect(await report('-o', '-', demo)).toMatchObject({ code: 2 })
    writeFileSync(folder.at('app.md'), dumpText())
    expect(await report('-o', 'app', 'app.md')).toMatchObject({ code: 2 })
  })

  it('masks secrets in what it hands over', async () => {
    writeFileSync(folder.at('app.log'), `panic: dial postgres://app:s3cr3t@db/shop: refused\n\n${dumpText()}`)
    await report('app.log')
    for (const file of ['dumpstream-report.md', 'dumpstream-report.html'])
      expect(readFileSync(folder.at(file), 'utf8')).not.toContain('s3cr3t')
    await report('--redact', 'off', 'app.log')
    expect(readFileSync(folder.at('dumpstream-report.md'), 'utf8')).toContain('s3cr3t')
  })

  it('has the exit code of --fail-on', async () => {
    expect(await report('--fail-on', 'leaking', demo)).toMatchObject({ code: 1 })
    expect(existsSync(folder.at('dumpstream-report.html'))).toBe(true)
  })
})
