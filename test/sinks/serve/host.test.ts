import { hostname } from 'node:os'
import { describe, expect, it } from 'vitest'
import { isAllowedHost } from '../../../src/sinks/serve/host.ts'

const address = { host: '127.0.0.1', port: 9464 }

describe('the name that a request comes by', () => {
  it.each([
    'localhost',
    'localhost:9464',
    '127.0.0.1:9464',
    '10.1.2.3:9464',
    '[::1]:9464',
    'dumpstream:9464',
    'dumpstream.monitoring.svc:9464',
    'dumpstream.monitoring.svc.cluster.local:9464',
    'box.local',
    'ip-10-0-0-1.ec2.internal:9464',
    'LOCALHOST.',
    hostname(),
  ])('%s may be an address, or a name that nobody can register', (host) => {
    expect(isAllowedHost(host, address)).toBe(true)
  })

  it.each([
    'evil.example',
    'evil.example:9464',
    '127.0.0.1.evil.example',
    'localhost.evil.example:9464',
    'local.evil.example',
    'a@127.0.0.1',
    '127.0.0.1:9464:1',
    '[::1',
    '',
    'evil.example/127.0.0.1',
    undefined,
  ])('%s is refused', (host) => {
    expect(isAllowedHost(host, address)).toBe(false)
  })

  it('is allowed when it is the one that is listened at', () => {
    expect(isAllowedHost('dumps.acme.example:8080', { host: 'dumps.acme.example', port: 8080 })).toBe(true)
  })
})
