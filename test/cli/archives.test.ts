/** What the command makes of archives: each member a source, what is broken said, and the rest counted. */
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { folderForAllTests } from '../folder.ts'
import { tarOf, zipOf } from '../input/packed.ts'
import { dumpText, logText } from './dumps.ts'
import { cli, recordsIn } from './spawn.ts'

const folder = folderForAllTests()
const MEMBERS = { 'node-1/app.log': dumpText(), 'node-2/app.log': logText(50), 'node-3/app.log': dumpText() }
const ZIP = zipOf(MEMBERS)

async function dumpsOf(...args: string[]): Promise<unknown[]> {
  const { stdout } = await cli(args)
  return recordsIn(stdout)
    .filter(({ type }) => type === 'dump')
    .map(({ source, goroutines, truncated }) => [source, goroutines, truncated])
}

describe('an archive', () => {
  it('has its members for sources', async () => {
    const zip = folder.write('bundle.zip', ZIP)
    const sources = [
      [`${zip}:node-1/app.log`, 55, false],
      [`${zip}:node-3/app.log`, 55, false],
    ]
    expect(await dumpsOf(zip)).toEqual(sources)
    const { stdout, code } = await cli([], { input: gzipSync(await tarOf(MEMBERS)) })
    expect(recordsIn(stdout).filter(({ type }) => type === 'dump')).toMatchObject([
      { source: 'stdin:node-1/app.log' },
      { source: 'stdin:node-3/app.log' },
    ])
    expect(code).toBe(0)
  })

  it('names a stream of a member after both', async () => {
    const lines = dumpText()
      .split('\n')
      .map(
        (log) => `${JSON.stringify({ log: `${log}\n`, kubernetes: { pod_name: 'web-1', container_name: 'app' } })}\n`,
      )
    const zip = folder.write('pods.zip', zipOf({ 'app.log': lines.join('') }))
    expect(await dumpsOf(zip)).toEqual([[expect.stringMatching(/^.*pods\.zip:app\.log:.*web-1/), 55, false]])
  })

  it('without a dump says how much it has, and is exit code 3 where a gate depends on it', async () => {
    const zip = folder.write('none.zip', zipOf({ a: logText(500), b: logText(300) }))
    const { code, stderr } = await cli(['--fail-on', 'leaking', zip])
    expect(code).toBe(3)
    expect(stderr).toMatch(/^dumpstream: no goroutine dump in .*none\.zip \(2 files, \d+ KiB, 800 lines\)\n$/)
  })

  it('that is cut: what was readable is counted, `truncated` says so, one line on stderr, exit code 3', async () => {
    const tar = await tarOf({ 'a.log': dumpText(), 'b.log': dumpText() })
    const cut = folder.write('cut.tar', tar.subarray(0, tar.lastIndexOf('goroutine 140 ')))
    const { code, stderr, stdout } = await cli([cut])
    expect([code, stderr]).toEqual([
      3,
      `dumpstream: ${cut}: the tar archive is cut short; the data before that was read\n`,
    ])
    expect(recordsIn(stdout).filter(({ type }) => type === 'dump')).toMatchObject([
      { source: `${cut}:a.log`, goroutines: 55, truncated: false },
      { source: `${cut}:b.log`, goroutines: 40, truncated: true },
    ])
  })

  it('has its member counted that is damaged, and those after it', async () => {
    const packed = gzipSync(dumpText().repeat(3)).subarray(0, -20)
    const tar = folder.write('member.tar', await tarOf({ 'a.gz': packed, 'b.log': dumpText() }))
    const { code, stderr, stdout } = await cli([tar])
    expect([code, stderr]).toEqual([
      3,
      `dumpstream: ${tar}:a.gz: the gzip stream is cut short; the data before that was read\n`,
    ])
    expect(
      recordsIn(stdout)
        .filter(({ type }) => type === 'dump')
        .at(-1),
    ).toMatchObject({
      source: `${tar}:b.log`,
      goroutines: 55,
    })
  })

  it('is compared member by member, with what goroutine ids tell', async () => {
    const more = dumpText([{ count: 70, state: 'chan send', function: 'main.send', place: '/app/main.go:9' }], 100)
    const few = dumpText([{ count: 10, state: 'chan send', function: 'main.send', place: '/app/main.go:9' }], 100)
    const before = folder.write('before.zip', zipOf({ 'a.log': few, 'b.log': few }))
    const after = folder.write('after.tgz', gzipSync(await tarOf({ 'b.log': few, 'a.log': more })))
    const { stdout } = await cli(['diff', before, after])
    expect(recordsIn(stdout).filter(({ type }) => type === 'signature')).toMatchObject([
      { source: `${after}:a.log`, count: 70, delta: 60, survivors: 10, new: 60 },
    ])
  })

  it('is one report', async () => {
    const { stdout, code } = await cli(['report', '--format', 'markdown', folder.write('bundle.zip', ZIP)])
    expect(code).toBe(0)
    expect(stdout).toContain('bundle.zip:node-1/app.log')
  })
})

describe('compressed streams', () => {
  it('with garbage behind gzip are read, and a line says so', async () => {
    const { code, stderr, stdout } = await cli([], {
      input: Buffer.concat([gzipSync(dumpText()), Buffer.from('rest')]),
    })
    expect(recordsIn(stdout)[0]).toMatchObject({ goroutines: 55, truncated: false })
    expect([code, stderr]).toEqual([0, 'dumpstream: stdin: ignored trailing data that is not gzip\n'])
  })

  it('of zstd name the Node that reads them where this one does not', async () => {
    const { code, stderr } = await cli([], { input: Buffer.from('28b52ffd', 'hex') })
    expect(code).toBe(3)
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
    // The single file has a Node of its own.
    const reads = process.env.DUMPSTREAM_BINARY !== undefined || major > 22 || (major === 22 && minor >= 15)
    expect(stderr).toContain(reads ? 'the zstd stream is cut short' : 'zstd needs Node 22.15 or newer')
  })
})
