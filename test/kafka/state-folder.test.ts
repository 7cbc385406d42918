import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openStateFolder } from '../../src/kafka/state-folder.ts'
import { createPartition } from '../../src/partitions/partition.ts'
import type { StreamState } from '../../src/partitions/stream.ts'
import { folderForAllTests } from '../folder.ts'

const folder = folderForAllTests()

function stateOf(stream: string): StreamState {
  const partition = createPartition({ topic: 'logs', partition: 3 })
  partition.push([{ offset: 7n, bytes: Buffer.from('served'), stream }])
  const [change] = partition.checkpoint().states
  if (change?.state === undefined) throw new Error('no state')
  return change.state
}

describe('a folder of states', () => {
  it('gives back the newest of each stream, to the group whose they are', async () => {
    const path = join(folder.path, 'states')
    const [a, b] = [stateOf('a'), stateOf('b')]
    const store = openStateFolder(path, 'g')
    await store.save('logs', 3, [
      { stream: 'a', state: a },
      { stream: 'b', state: b },
    ])
    await store.save('logs', 3, [{ stream: 'a', state: undefined }])
    expect(await openStateFolder(path, 'g').load('logs', 3)).toEqual([b])
    expect(await openStateFolder(path, 'other').load('logs', 3)).toEqual([])
    expect(readdirSync(path)).toEqual(['g+logs+3.jsonl'])
  })

  it('refuses a file that is something else', async () => {
    const path = join(folder.path, 'others')
    const store = openStateFolder(path, 'g')
    writeFileSync(join(path, 'g+logs+3.jsonl'), 'a text\n')
    await expect(store.load('logs', 3)).rejects.toMatchObject({ code: 'DS_INPUT' })
  })
})
