/** `--serve` through the built command: what it answers, what it refuses, and when it ends. */
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { childrenForEachTest } from '../../children.ts'
import { type CliResult, cli, finish, start } from '../../cli/spawn.ts'
import { folderForEachTest } from '../../folder.ts'
import { WAIT_MS } from '../../patience.ts'
import { freePort, Receiver } from '../otel/receiver.ts'
import { threeDumps } from '../otel/service.ts'

const folder = folderForEachTest()
const children = childrenForEachTest()
const open: { destroy(): unknown }[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.destroy()
})

interface Serving {
  readonly port: number
  readonly over: Promise<CliResult>
  stop(): void
}

/** Resolves when the input has ended and the page stays. */
async function serve(...more: string[]): Promise<Serving> {
  const port = await freePort()
  const path = folder.write('app.log', threeDumps().join(''))
  const child = children.add(
    start(['--serve', `${port}`, '--format', 'none', ...more.map((each) => each.replace('PORT', `${port}`)), path]),
  )
  const over = finish(child)
  await new Promise<void>((resolve) => {
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk
      if (said.includes('stays up until')) resolve()
    })
    child.once('close', () => resolve())
  })
  return { port, over, stop: () => child.kill('SIGTERM') }
}

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

function ask(
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, agent: false, ...options }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }))
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end(options.body)
  })
}

/** The first bytes of the stream of events; the connection stays open. */
function listen(port: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/events', agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk
        if (text.includes('data: ') || response.statusCode !== 200)
          resolve({ status: response.statusCode, headers: response.headers, text })
      })
      response.on('error', () => {})
    })
    open.push(asked)
    asked.on('error', reject)
    asked.end()
  })
}

describe('--serve', () => {
  it('gives the page and its report, stays after the end of the input, and ends with SIGTERM', async () => {
    const { port, over, stop } = await serve()
    const page = await ask(port, '/')
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.text).toContain('45 goroutines leak')
    const csp = String(page.headers['content-security-policy'])
    expect(csp).toMatch(
      /^default-src 'none'; script-src 'sha256-[^' ]+'; style-src 'sha256-[^' ]+'; connect-src 'self'; /,
    )
    expect(csp).toContain("frame-ancestors 'none'")
    const report = await ask(port, '/report')
    expect(report.text).toMatch(/^<div id="report" data-version="/)
    const again = await ask(port, '/report', { headers: { 'If-None-Match': String(report.headers.etag) } })
    expect([again.status, again.text]).toEqual([304, ''])
    stop()
    const { code, stderr } = await over
    expect(code).toBe(0)
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      `dumpstream: serving http://127.0.0.1:${port}/`,
      `dumpstream: end of input; http://127.0.0.1:${port}/ stays up until Ctrl-C`,
    ])
  })

  it('is one server with the metrics where the address is the same', async () => {
    const { port, over, stop } = await serve('--prometheus', 'PORT')
    expect((await ask(port, '/')).status).toBe(200)
    stop()
    expect((await over).code).toBe(0)
  })

  it('answers GET and HEAD, takes no body, and nothing by a name that somebody may own', async () => {
    const { port, stop } = await serve()
    const head = await ask(port, '/', { method: 'HEAD' })
    expect([head.status, head.text, Number(head.headers['content-length']) > 10_000]).toEqual([200, '', true])
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE']) {
      const { status, headers } = await ask(port, '/', { method })
      expect([method, status, headers.allow]).toEqual([method, 405, 'GET, HEAD'])
    }
    expect((await ask(port, '/', { headers: { 'Content-Length': '4' }, body: 'body' })).status).toBe(413)
    for (const path of ['/', '/report', '/events', '/metrics'])
      expect((await ask(port, path, { headers: { Host: 'evil.example' } })).status).toBe(421)
    for (const path of ['/nothing', '/../etc/passwd', '//', '/__proto__', '/constructor', '/%00'])
      expect((await ask(port, path)).status).toBe(404)
    stop()
  })

  it('checks the name for the metrics, too', async () => {
    const port = await freePort()
    const path = folder.write('app.log', '')
    const child = children.add(start(['--follow', '--prometheus', `${port}`, path]))
    await expect
      .poll(
        () =>
          ask(port, '/metrics').then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: WAIT_MS },
      )
      .toBe(200)
    expect((await ask(port, '/metrics', { headers: { Host: 'evil.example' } })).status).toBe(421)
    expect((await ask(port, '/metrics', { method: 'POST' })).status).toBe(405)
    child.kill('SIGTERM')
  })

  it('says to each browser which report is the newest, and bounds how many listen', async () => {
    const { port, over, stop } = await serve()
    const [first] = await Promise.all(Array.from({ length: 64 }, () => listen(port)))
    expect(first?.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    const version = String((await ask(port, '/report', { method: 'HEAD' })).headers.etag).replaceAll('"', '')
    expect(first?.text).toBe(`retry: 2000\n\nevent: report\ndata: ${version}\n\n`)
    expect((await listen(port)).status).toBe(503)
    // The others are still served.
    expect((await ask(port, '/')).status).toBe(200)
    stop()
    expect((await over).code).toBe(0)
  })

  it('bounds connections, and goes on', async () => {
    const { port, over, stop } = await serve()
    let closed = 0
    const sockets = Array.from({ length: 200 }, () => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      socket.on('close', () => closed++)
      open.push(socket)
      return socket
    })
    // As many as are too many.
    await expect.poll(() => closed, { timeout: WAIT_MS }).toBeGreaterThanOrEqual(200 - 128)
    for (const socket of sockets) socket.destroy()
    await expect
      .poll(
        () =>
          ask(port, '/').then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: WAIT_MS },
      )
      .toBe(200)
    stop()
    expect((await over).code).toBe(0)
  })

  it('says in one line that the port is taken', async () => {
    const other = await Receiver.open()
    const { port } = other
    const { code, stderr, stdout } = await cli(['--serve', `${port}`], { input: 'x\n' })
    await other.close()
    expect([code, stderr, stdout]).toEqual([
      4,
      `dumpstream: --serve: 127.0.0.1:${port} is in use; name another port\n`,
      '',
    ])
  })

  it.each(['x', '65536', '1:2:3', '::1', '-1', ''])('%j is no address', async (text) => {
    const { code, stderr } = await cli([`--serve=${text}`], { input: 'x\n' })
    expect([code, stderr.split('\n').length]).toEqual([2, 2])
    expect(stderr).toMatch(/--serve/)
  })

  it('masks secrets unless told', async () => {
    const secret =
      'panic: dial https://root:hunter2hunter2@db.internal/: refused\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:3 +0x1\n'
    for (const [more, shown] of [
      [[], false],
      [['--redact', 'off'], true],
    ] as const) {
      const port = await freePort()
      const child = children.add(
        start(['--serve', `${port}`, '--format', 'none', ...more, folder.write('app.log', secret)]),
      )
      await expect
        .poll(
          () =>
            ask(port, '/').then(
              ({ text }) => text.includes('refused'),
              () => false,
            ),
          { timeout: WAIT_MS },
        )
        .toBe(true)
      expect((await ask(port, '/')).text.includes('hunter2hunter2')).toBe(shown)
      child.kill('SIGTERM')
    }
  })
})
