/**
 * The HTTP servers of a run: one per address, shared by all that listen there. They only serve: GET and HEAD, no request bodies, and limited
 * connections, so that the run continues whatever its readers do.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DumpstreamError } from '../../core/errors.ts'
import { systemErrorCode } from '../../core/system-error.ts'
import { type Address, addressText } from './address.ts'
import { isAllowedHost } from './host.ts'

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** Path → handler. */
export type Routes = Readonly<Record<string, Handler>>

/** Most connections to one address; further ones are closed at once. */
const CONNECTIONS_MAX = 128
const HEADER_BYTES_MAX = 8 << 10
const HEADERS_TIMEOUT_MS = 10_000
/** Limit of silence on a connection: of a reader that takes nothing of a response, or requests nothing more. */
const SILENCE_MS = 30_000
/** How long readers may take for the rest of their responses when the run ends. */
const CLOSE_MS = 1_000

interface Listening {
  readonly server: Server
  readonly routes: Map<string, Handler>
  users: number
}

export interface Endpoint {
  /** `http://127.0.0.1:8080/` */
  readonly url: string
  close(): Promise<void>
}

export class WebServers {
  readonly #listening = new Map<string, Listening>()

  /**
   * Serves `routes`. If the address is already listened on, they are added to the others.
   *
   * @param flag The flag to name in errors: `--serve`.
   * @throws DumpstreamError `DS_OUTPUT` if the address cannot be listened on.
   */
  async listen(flag: string, address: Address, routes: Routes): Promise<Endpoint> {
    const key = addressText(address)
    const known = address.port === 0 ? undefined : this.#listening.get(key)
    const listening = known ?? (await open(flag, address))
    if (known === undefined) this.#listening.set(key, listening)
    for (const [path, handler] of Object.entries(routes)) listening.routes.set(path, handler)
    listening.users++
    const port = portOf(listening.server, address)
    return {
      url: `http://${addressText({ host: address.host, port })}/`,
      close: async () => {
        for (const path of Object.keys(routes)) listening.routes.delete(path)
        if (--listening.users > 0) return
        this.#listening.delete(key)
        await close(listening.server)
      },
    }
  }
}

async function open(flag: string, address: Address): Promise<Listening> {
  const routes = new Map<string, Handler>()
  const server = createServer({
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: SILENCE_MS,
    keepAliveTimeout: 5_000,
  })
  server.maxConnections = CONNECTIONS_MAX
  server.setTimeout(SILENCE_MS)
  server.on('request', (request, response) => answer(request, response, routes, address))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new DumpstreamError('DS_OUTPUT', cannotListen(flag, address, error), { cause: error }))
    })
    server.listen({ host: address.host, port: address.port }, resolve)
  })
  return { server, routes, users: 0 }
}

const HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
} as const

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  routes: ReadonlyMap<string, Handler>,
  address: Address,
): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value)
  const { method, headers, url = '' } = request
  if (!isAllowedHost(headers.host, address)) {
    refuse(
      response,
      421,
      'This name is not served here: ask by address, or name it in --serve or --prometheus NAME:PORT',
    )
  } else if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD')
    refuse(response, 405, 'Only GET and HEAD are answered')
  } else if (headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0') {
    refuse(response, 413, 'Requests must not have a body')
  } else {
    const handler = routes.get(url.replace(/[?#].*$/s, ''))
    if (handler === undefined) refuse(response, 404, 'There is nothing at this address')
    else handler(request, response)
  }
}

/** Also ends the connection: the rest of it need not be read. */
function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' })
  response.end(`${text}\n`)
}

function portOf(server: Server, { port }: Address): number {
  const bound: AddressInfo | string | null = server.address()
  return bound === null || typeof bound === 'string' ? port : bound.port
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const late = setTimeout(() => server.closeAllConnections(), CLOSE_MS)
  await closed
  clearTimeout(late)
}

function cannotListen(flag: string, address: Address, error: unknown): string {
  const where = addressText(address)
  const code = systemErrorCode(error)
  if (code === 'EADDRINUSE') return `${flag}: ${where} is in use; name another port`
  if (code === 'EACCES') return `${flag}: no permission to listen on ${where}; name a port above 1023`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${flag}: ${address.host} is not an address of this machine`
  return `${flag}: can't listen on ${where}: ${error instanceof Error ? error.message : String(error)}`
}
