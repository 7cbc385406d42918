/** `--format pprof` and `--format folded`, from the built command. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { folderForEachTest } from '../folder.ts'
import { dumpText, logText } from './dumps.ts'
import { cli, terminal } from './spawn.ts'

const folder = folderForEachTest()

const input = logText(5) + dumpText() + logText(5)

describe('--format folded', () => {
  it('prints the last dump when the input is over', async () => {
    const { code, stdout, stderr } = await cli(['--format', 'folded'], { input })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^(?:\S+;)*content_svr\/cron\/hashtag_suggestion\.\(\*Cron\)\.step2\.func1 41\n/)
  })

  it('says that there was no dump', async () => {
    const { code, stdout, stderr } = await cli(['--format', 'folded'], { input: logText(5) })
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '',
      stderr: 'dumpstream: there was no dump; nothing was written\n',
    })
  })
})

describe('--format pprof', () => {
  it('writes a gzipped profile into a pipe, or a file beside the log', async () => {
    const piped = await cli(['--format', 'pprof'], { input })
    expect({ code: piped.code, stderr: piped.stderr }).toEqual({ code: 0, stderr: '' })
    const file = folder.at('goroutines.pb.gz')
    const passed = await cli(['--format', 'pprof', '--out', file, '--logs', 'pass'], { input })
    expect(passed.stdout).toBe(logText(5) + logText(5))
    expect(gunzipSync(readFileSync(file))).toEqual(gunzipSync(piped.bytes))
  })

  it('is refused on a terminal, where it would be noise', async () => {
    const { code, stdout } = await terminal('dumpstream --format pprof </dev/null', 100, { cwd: folder.path })
    expect(code).toBe(2)
    expect(stdout).toContain('--format pprof is not for a terminal: name a file, with --out FILE')
  })

  it.each(['pprof', 'folded'])('%s and the log do not share stdout', async (format) => {
    const { code, stderr } = await cli(['--format', format, '--logs', 'pass'], { input })
    expect(code).toBe(2)
    expect(stderr).toBe(`dumpstream: --logs pass takes stdout: write the ${format} elsewhere, with --out FILE\n`)
  })

  it('is not what diff prints', async () => {
    const { code, stderr } = await cli(['diff', '--format', 'pprof', 'a.log', 'b.log'])
    expect(code).toBe(2)
    expect(stderr.trim().split('\n').length).toBe(1)
  })
})
