import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { folderForEachTest } from '../folder.ts'
import { opened } from '../proc.ts'
import { dumpText, logText } from './dumps.ts'
import { cli, recordsIn, start } from './spawn.ts'

const folder = folderForEachTest()

/** As containerd writes it. */
function cri(text: string): string {
  return text.replace(/^.*\n/gm, (line) => `2026-11-24T05:00:00.123456789Z stderr F ${line}`)
}

it('--follow with a pattern finds the containers that come later, tells all of them apart, and follows their rotation', async () => {
  const write = (path: string, text: string): void => {
    mkdirSync(folder.at('pods', path, '..'), { recursive: true })
    writeFileSync(folder.at('pods', path), text)
  }
  write('shop_content-0_u1/app/0.log', cri(logText(5) + dumpText()))
  const child = start([
    '--follow',
    '--from',
    'end',
    folder.at('pods/*/*/*.log'),
    '--idle',
    '100ms',
    '--format',
    'jsonl',
  ])
  let out = ''
  child.stdout?.on('data', (bytes) => {
    out += bytes
  })
  const dumps = (): { source: string; goroutines: number; attributes: Record<string, string> }[] =>
    out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
      .filter(({ type }) => type === 'dump')
  const until = async (count: number): Promise<void> => {
    for (let waited = 0; dumps().length < count; waited += 20) {
      if (waited > 15_000) throw new Error(`only ${dumps().length} dumps: ${out}`)
      await delay(20)
    }
  }
  await opened(child.pid, folder.at('pods/shop_content-0_u1/app/0.log'))
  // The file that was there is read from its end; a new one from its start.
  write('shop_content-1_u2/app/0.log', cri(dumpText()))
  await until(1)
  renameSync(folder.at('pods/shop_content-0_u1/app/0.log'), folder.at('pods/shop_content-0_u1/app/0.log.20261124'))
  write('shop_content-0_u1/app/0.log', cri(dumpText(undefined, 5_000)))
  await until(2)
  child.kill('SIGTERM')
  expect(dumps()).toMatchObject([
    {
      source: 'shop/content-1/app',
      goroutines: 55,
      attributes: {
        'k8s.namespace.name': 'shop',
        'k8s.pod.name': 'content-1',
        'k8s.container.name': 'app',
        'k8s.pod.uid': 'u2',
        'log.iostream': 'stderr',
      },
    },
    { source: 'shop/content-0/app', goroutines: 55 },
  ])
})

it('a pattern that no shell has put names to is that of the files there are', async () => {
  for (const name of ['a.log', 'b\n.log', '.hidden.log', 'other.txt']) folder.write(name, dumpText())
  symlinkSync('loop.log', folder.at('loop.log'))
  const { code, stdout, stderr } = await cli(['*.log'], { cwd: folder.path })
  const sources = recordsIn(stdout).flatMap(({ type, source }) => (type === 'dump' ? [source] : []))
  expect([code, sources, stderr]).toEqual([0, ['a.log', 'b\n.log'], ''])
  expect(await cli(['no*.log'], { cwd: folder.path })).toMatchObject({
    code: 3,
    stderr: 'dumpstream: no*.log: no such file\n',
  })
})

it('a link to itself is said, and the other files are read', async () => {
  folder.write('a.log', dumpText())
  symlinkSync('loop.log', folder.at('loop.log'))
  const { code, stdout, stderr } = await cli(['loop.log', 'a.log'], { cwd: folder.path })
  expect([code, stderr]).toEqual([3, 'dumpstream: loop.log: too many symbolic links\n'])
  expect(recordsIn(stdout)[0]).toMatchObject({ type: 'dump', source: 'a.log', goroutines: 55 })
})
