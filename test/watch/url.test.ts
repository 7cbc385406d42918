/** Real servers on 127.0.0.1, one for each thing an endpoint can do. */
import { createServer, type RequestListener, type Server } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { readEndpoint, urlAsk } from '../../src/watch/url.ts'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

interface Asked {
  readonly user?: string
  readonly headers?: readonly string[]
  readonly timeout?: number
}

async function get(url: string, { user, headers = [], timeout = 5_000 }: Asked = {}): Promise<string> {
  const chunks: Buffer[] = []
  const endpoint = readEndpoint(url, user, headers, timeout)
  await urlAsk(endpoint)((bytes) => chunks.push(Buffer.from(bytes)), new AbortController().signal)
  return Buffer.concat(chunks).toString()
}

const TEXT = 'goroutine 1 [running]:\nmain.main()\n\t/a.go:1 +0x1\n'

describe('a pprof endpoint', () => {
  it.each([
    ['plain', {}, Buffer.from(TEXT)],
    ['gzip as an encoding', { 'content-encoding': 'gzip' }, gzipSync(TEXT)],
    ['gzip as the content', {}, gzipSync(TEXT)],
  ])('%s', async (_name, head, bytes) => {
    const base = await serve((_request, response) => response.writeHead(200, head).end(bytes))
    expect(await get(`${base}/dump`)).toBe(TEXT)
  })

  it('sends credentials and headers, and names neither', async () => {
    const base = await serve((request, response) => {
      const { authorization, 'x-token': token } = request.headers
      response.writeHead(403, 'Forbidden').end(`${authorization} ${token}`)
    })
    const expected = `Basic ${Buffer.from('me:s p').toString('base64')}`
    const withUser = `${base.replace('//', '//me:s%20p@')}/d`
    expect(readEndpoint(withUser, undefined, [], 1).name).toBe(`${base}/d`)
    for (const name of ['token', 'access_token', 'X-Amz-Signature', 'sig', 'api_key', 'apikey', 'password']) {
      const endpoint = readEndpoint(`${base}/d?debug=2&${name}=s3cret&pod=a`, undefined, [], 1)
      expect([endpoint.name, endpoint.url.search]).toEqual([
        `${base}/d?debug=2&${name}=***&pod=a`,
        `?debug=2&${name}=s3cret&pod=a`,
      ])
    }
    expect(readEndpoint(`${base}/d?design=1&keys=2&b=%20`, undefined, [], 1).name).toBe(
      `${base}/d?design=1&keys=2&b=%20`,
    )
    await expect(get(withUser, { headers: ['X-Token: abc'] })).rejects.toThrow(
      `${base}/d: answered 403 Forbidden (${expected} abc); --user NAME:PASSWORD or --header may let you in`,
    )
    await expect(get(`${base}/d`, { user: 'me:s p' })).rejects.toThrow(expected)
  })

  it('no path at all: the usual one', async () => {
    const base = await serve((request, response) => response.end(request.url))
    expect(await get(base)).toBe('/debug/pprof/goroutine?debug=2')
  })

  it('reads an answer of a gibibyte, and says that it is longer', async () => {
    const piece = Buffer.alloc(8 << 20)
    const base = await serve((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(piece)) {}
      }
      response.on('drain', more)
      more()
    })
    let size = 0
    const ask = urlAsk(readEndpoint(`${base}/d`, undefined, [], 60_000))
    const asked = ask((bytes) => {
      size += bytes.length
    }, new AbortController().signal)
    await expect(asked).rejects.toThrow(`${base}/d: the answer is longer than 1024 MiB; the data before that was read`)
    expect(size).toBeGreaterThan((1 << 30) - (8 << 20))
    expect(size).toBeLessThanOrEqual(1 << 30)
  })

  it('follows redirects within the host, with the credentials, and only so many', async () => {
    const base = await serve((request, response) => {
      const n = Number(request.url?.slice(2))
      if (n === 0) response.end(String(request.headers.authorization))
      else response.writeHead(302, { location: `/r${n - 1}` }).end()
    })
    expect(await get(`${base}/r5`, { user: 'a:b' })).toMatch(/^Basic /)
    await expect(get(`${base}/r6`)).rejects.toThrow('redirects more than 5 times')
  })

  it('a redirect to another host is not followed', async () => {
    let asked = false
    const other = await serve((_request, response) => {
      asked = true
      response.end(TEXT)
    })
    const location = other.replace('127.0.0.1', 'localhost')
    const base = await serve((_request, response) => response.writeHead(307, { location }).end())
    await expect(get(`${base}/d`, { user: 'a:b' })).rejects.toThrow(
      `redirects to ${location}/, which is another host; use that URL if it is right`,
    )
    expect(asked).toBe(false)
  })

  it('a redirect to another port is followed without credentials and headers', async () => {
    const other = await serve((request, response) => {
      const { authorization = 'none', 'x-token': token = 'none' } = request.headers
      response.end(`${authorization} ${token}`)
    })
    const base = await serve((_request, response) => response.writeHead(302, { location: `${other}/d` }).end())
    expect(await get(`${base}/d`, { user: 'a:b', headers: ['X-Token: abc'] })).toBe('none none')
  })

  it('a redirect to another scheme, and to nowhere, is an error in one line', async () => {
    for (const location of [
      'file:///etc/passwd',
      'ftp://127.0.0.1/d',
      'http://[',
      'data:text/plain,goroutine 1 [running]:',
    ]) {
      const base = await serve((_request, response) => response.writeHead(302, { location }).end())
      await expect(get(`${base}/d`), location).rejects.toMatchObject({ code: 'DS_INPUT' })
    }
  })

  it('a gibibyte that is a mebibyte on the wire is not read to its end', async () => {
    const bomb = gzipSync(Buffer.alloc(1 << 30), { level: 9 })
    const more = gzipSync(Buffer.alloc(64 << 20))
    for (const head of [{ 'content-encoding': 'gzip' }, {}]) {
      const base = await serve((_request, response) => response.writeHead(200, head).end(Buffer.concat([bomb, more])))
      let size = 0
      const ask = urlAsk(readEndpoint(`${base}/d`, undefined, [], 60_000))
      const asked = ask((bytes) => {
        size += bytes.length
      }, new AbortController().signal)
      await expect(asked).rejects.toThrow(
        /(?:the answer is longer than 1024 MiB|unpacks to more than 1000 times its size); the data before that was read/,
      )
      expect(size).toBeLessThanOrEqual(1 << 30)
    }
  })

  it('headers without end are an error, and so is an answer that trickles', async () => {
    const long = await serve((_request, response) => response.writeHead(200, { 'x-long': 'x'.repeat(60_000) }).end())
    await expect(get(`${long}/d`)).rejects.toThrow('its headers are longer than 16 KiB')
    const slow = await serve((_request, response) => {
      const timer = setInterval(() => response.write('x'), 20)
      response.on('close', () => clearInterval(timer))
    })
    await expect(get(`${slow}/d`, { timeout: 400 })).rejects.toThrow('no complete answer within 0.4s')
  })

  it('a protobuf profile: add ?debug=2', async () => {
    const base = await serve((_request, response) =>
      response.end(gzipSync(Buffer.from([0x5a, 4, 8, 1, 0x10, 2, 0x0a, 4]))),
    )
    await expect(get(`${base}/d`)).rejects.toThrow('answered with a protobuf profile; add ?debug=2 to the URL')
  })

  it('404, with the first line of what it says', async () => {
    const base = await serve((_request, response) => response.writeHead(404).end('Unknown profile\nmore\n'))
    await expect(get(`${base}/d`)).rejects.toThrow(
      'answered 404 Not Found (Unknown profile); does the service import net/http/pprof?',
    )
  })

  it('an answer that never ends: what came is kept, and it is told', async () => {
    const base = await serve((_request, response) => {
      response.write(TEXT)
    })
    const chunks: string[] = []
    const ask = urlAsk(readEndpoint(`${base}/d`, undefined, [], 300))
    await expect(
      ask((bytes) => chunks.push(Buffer.from(bytes).toString()), new AbortController().signal),
    ).rejects.toThrow(`${base}/d: no complete answer within 0.3s; --timeout allows more`)
    expect(chunks.join('')).toBe(TEXT)
  })

  it.each(['gzip', 'br', 'deflate'])('what is said to be %s, and is not, ends with a line', async (encoding) => {
    const base = await serve((_request, response) =>
      response.socket?.end(`HTTP/1.1 200 OK\r\nContent-Encoding: ${encoding}\r\n\r\nnot packed`),
    )
    // Node 20's fetch says nothing at all; later ones what is wrong.
    await expect(get(`${base}/d`, { timeout: 500 })).rejects.toThrow(/^http:.*: \S/)
  })

  it('an answer that is cut, and one from nobody', async () => {
    const base = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write(TEXT)
      setTimeout(() => request.socket.destroy(), 50)
    })
    await expect(get(`${base}/d`)).rejects.toThrow('the connection was closed')
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
    await expect(get(`${base}/d`)).rejects.toThrow('connection refused; nothing listens there')
  })

  it.each([
    ['localhost:6060/debug', [], 'begins with http:// or https://'],
    ['::', [], '--url takes a URL such as'],
    ['http://a/', ['no colon'], "--header takes a name and a value such as 'X-Token: abc'"],
  ])('%s %j is refused', (url, headers, says) => {
    expect(() => readEndpoint(url, undefined, headers, 1)).toThrow(says)
  })
})
