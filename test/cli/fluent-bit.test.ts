/** `dumpstream fluent-bit --check`. */
import { describe, expect, it } from 'vitest'
import { folderForEachTest } from '../folder.ts'
import { CLI, cli } from './spawn.ts'

const folder = folderForEachTest()
const DUMPSTREAM = `${process.execPath} ${CLI} bridge`

describe('fluent-bit --check', () => {
  it('finds that everything is there', async () => {
    const records = folder.write('records.jsonl', '{"date":1,"log":"a line"}\n')
    const env = { DUMPSTREAM, DUMPSTREAM_DIR: folder.at('journal') }
    const { code, stdout } = await cli(['fluent-bit', '--check', records], { env })
    expect(stdout).not.toContain('WRONG')
    expect(stdout).toContain('the text is in log')
    expect(code).toBe(0)
  })

  it.each([
    ['a program that is not there', { DUMPSTREAM: 'no-such-command bridge' }, /no-such-command is not on the PATH/],
    ['a program that is another one', { DUMPSTREAM: 'false' }, /`false` did not start/],
    [
      'a directory that cannot be',
      { DUMPSTREAM, DUMPSTREAM_DIR: '/proc/no/such' },
      /DUMPSTREAM_DIR=\/proc\/no\/such: /,
    ],
  ])('says what is wrong with %s', async (_, env, says) => {
    const { code, stdout } = await cli(['fluent-bit', '--check'], { env })
    expect(stdout).toMatch(says)
    expect(code).toBe(1)
  })

  it('says that records have no text, and which fields they have', async () => {
    const records = folder.write('records.jsonl', '{"pod":"web-1","payload":{"text":"a line"}}\n')
    const env = { DUMPSTREAM, DUMPSTREAM_DIR: folder.at('journal') }
    const { code, stdout } = await cli(['fluent-bit', '--check', records], { env })
    expect(stdout).toMatch(
      /WRONG {2}no record has a text in log, .*they have pod, payload: DUMPSTREAM_KEY names the field/,
    )
    expect(code).toBe(1)
    const named = await cli(['fluent-bit', '--check', records], { env: { ...env, DUMPSTREAM_KEY: 'payload.text' } })
    expect(named.stdout).toContain('the text is in payload.text')
  })
})
