import { mkdirSync, symlinkSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { podFile } from '../../src/carriers/kubernetes.ts'
import { isPattern, matchingPaths } from '../../src/input/pattern.ts'
import { folderForAllTests } from '../folder.ts'

const folder = folderForAllTests()
beforeAll(() => {
  for (const path of ['a_1/c/0.log', 'a_1/c/0.log.gz', 'a_1/c/12.log', 'b+2/c/0.log', '.h/c/0.log', 'what?.log']) {
    mkdirSync(folder.at(path, '..'), { recursive: true })
    folder.write(path, '')
  }
  symlinkSync('nowhere', folder.at('a_1/c/5.log'))
})

describe('patterns', () => {
  const names = (pattern: string): string[] =>
    matchingPaths(folder.at(pattern)).map((path) => path.slice(folder.path.length + 1))

  it('match within a name, in order, and only what is there', () => {
    expect(names('*/*/*.log')).toEqual(['a_1/c/0.log', 'a_1/c/12.log', 'b+2/c/0.log'])
    expect(names('*/c/?.log')).toEqual(['a_1/c/0.log', 'b+2/c/0.log'])
    expect(names('b+*/c/0.log')).toEqual(['b+2/c/0.log'])
    expect(names('.*/c/0.log')).toEqual(['.h/c/0.log'])
    expect(names('none/*.log')).toEqual([])
    expect(names('a_1/c/0.log/*')).toEqual([])
  })

  it('are no file names: a file that is called like one is that file', () => {
    expect(isPattern(folder.at('*.log'))).toBe(true)
    expect(isPattern(folder.at('what?.log'))).toBe(false)
    expect(isPattern('app.log')).toBe(false)
  })
})

describe("kubelet's file names", () => {
  it('name the container', () => {
    expect(podFile('/var/log/pods/shop_content-0_1f0c/app/3.log')).toEqual({
      key: 'shop/content-0/app',
      attributes: {
        'k8s.namespace.name': 'shop',
        'k8s.pod.name': 'content-0',
        'k8s.container.name': 'app',
        'k8s.pod.uid': '1f0c',
      },
    })
    const id = 'ab'.repeat(32)
    expect(podFile(`/var/log/containers/content-0_shop_side-car-${id}.log`)).toEqual({
      key: 'shop/content-0/side-car',
      attributes: {
        'k8s.namespace.name': 'shop',
        'k8s.pod.name': 'content-0',
        'k8s.container.name': 'side-car',
        'container.id': id,
      },
    })
  })

  it('are not any others', () => {
    for (const path of [
      '/var/log/app.log',
      '/srv/pods/a/b/0.log',
      '/var/log/pods/a_b_c/d/0.log.20261124-050000',
      '/x/containers/a_b_c.log',
    ]) {
      expect(podFile(path)).toBeUndefined()
    }
  })
})
