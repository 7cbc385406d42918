/**
 * A pprof endpoint over HTTP. Credentials and headers are used only in the request: never in a record, a message, or a request to another origin
 * (scheme, host and port).
 */
import { DumpstreamError } from '../core/errors.ts'
import { systemErrorText } from '../core/system-error.ts'
import { readChunks } from '../input/read.ts'
import type { Ask } from './asked.ts'

/** Longest response that is read, before and after decompression: pprof itself stops at 64 MiB of debug=2, but other handlers do not. */
const ANSWER_BYTES = 1 << 30
const REDIRECTS_MAX = 5
const COMMON_HEADERS = { accept: 'text/plain, */*', 'accept-encoding': 'gzip' }
/** How much of the body of an error response is read. */
const REASON_BYTES = 200

export interface Endpoint {
  readonly url: URL
  /** The URL without user and password, and without values of its query that are secret by their names. */
  readonly name: string
  readonly headers: Headers
  /** Milliseconds for a complete response. */
  readonly timeout: number
}

/** `user`: `NAME:PASSWORD`; `headers`: `Name: value` each. Throws an error with a plain sentence if an argument is not valid. */
export function readEndpoint(
  text: string,
  user: string | undefined,
  headers: readonly string[],
  timeout: number,
): Endpoint {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw new Error('--url takes a URL such as http://localhost:6060/debug/pprof/goroutine?debug=2')
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Error('--url takes a URL that begins with http:// or https://')
  }
  const fields = new Headers(COMMON_HEADERS)
  const credentials =
    user ??
    (url.username === '' ? undefined : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`)
  if (credentials !== undefined) fields.set('authorization', `Basic ${Buffer.from(credentials).toString('base64')}`)
  for (const header of headers) {
    const m = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(header)
    if (m === null) throw new Error("--header takes a name and a value such as 'X-Token: abc'")
    fields.append(m[1] ?? '', m[2] ?? '')
  }
  url.username = ''
  url.password = ''
  if (url.pathname === '/' && url.search === '') url.href = new URL('/debug/pprof/goroutine?debug=2', url).href
  return { url, name: shown(url), headers: fields, timeout }
}

/** Names of parameters whose values are secret. */
const SECRET = /token|secret|passw|pwd|credential|signature|apikey|(?:^|[-_.])(?:auth|sig|key|jwt|session|code)$/i

/** The URL as it may be shown. */
function shown(url: URL): string {
  const names = new Set([...url.searchParams.keys()].filter((name) => SECRET.test(name)))
  if (names.size === 0) return url.href
  const masked = new URL(url)
  for (const name of names) masked.searchParams.set(name, '***')
  return masked.href
}

export function urlAsk(endpoint: Endpoint): Ask {
  return async (take, signal) => {
    const timeout = new AbortController()
    // Unlike `AbortSignal.timeout`, this timer keeps the process alive, which nothing else may do.
    const timer = setTimeout(() => timeout.abort(), endpoint.timeout)
    const over = AbortSignal.any([signal, timeout.signal])
    try {
      // If a response cannot be decompressed, the fetch of Node 20 never settles, not even when it is aborted.
      await Promise.race([readAnswer(endpoint, take, over), aborted(over)])
    } catch (error) {
      if (signal.aborted) return
      if (timeout.signal.aborted)
        throw failure(endpoint.name, `no complete answer within ${endpoint.timeout / 1000}s; --timeout allows more`)
      throw error instanceof DumpstreamError ? error : failure(endpoint.name, networkText(error))
    } finally {
      clearTimeout(timer)
    }
  }
}

async function readAnswer(endpoint: Endpoint, take: (bytes: Uint8Array) => void, signal: AbortSignal): Promise<void> {
  const response = await request(endpoint, signal)
  await refuseError(response, endpoint)
  await readChunks(endpoint.name, body(response, endpoint.name), bounded(endpoint.name, firstOf(endpoint.name, take)))
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** Follows redirects on the same host; to another port or scheme, without credentials. */
async function request({ url, name, headers }: Endpoint, signal: AbortSignal): Promise<Response> {
  let at = url
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
    const fields = at.origin === url.origin ? headers : COMMON_HEADERS
    const response = await fetch(at, { headers: fields, signal, redirect: 'manual' })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null) return response
    await response.body?.cancel()
    const next = new URL(location, at)
    next.username = ''
    next.password = ''
    if (next.hostname !== url.hostname || (at.protocol === 'https:' && next.protocol !== 'https:')) {
      throw failure(name, `redirects to ${shown(next)}, which is another host; use that URL if it is right`)
    }
    at = next
  }
  throw failure(name, `redirects more than ${REDIRECTS_MAX} times`)
}

async function refuseError(response: Response, { name }: Endpoint): Promise<void> {
  if (response.status === 200) return
  const advice =
    response.status === 401 || response.status === 403
      ? '; --user NAME:PASSWORD or --header may let you in'
      : response.status === 404
        ? '; does the service import net/http/pprof?'
        : ''
  let reason = ''
  for await (const bytes of response.body ?? []) {
    reason += Buffer.from(bytes).toString('utf8')
    if (reason.length >= REASON_BYTES) break
  }
  const line = reason.split('\n')[0]?.slice(0, REASON_BYTES).trim() ?? ''
  throw failure(name, `answered ${response.status} ${response.statusText}${line === '' ? '' : ` (${line})`}${advice}`)
}

/** Limits the decompressed bytes as well, since a few bytes can decompress to many. */
function bounded(name: string, take: (bytes: Uint8Array) => void): (bytes: Uint8Array) => void {
  let size = 0
  return (bytes) => {
    size += bytes.length
    if (size > ANSWER_BYTES) throw tooLong(name)
    take(bytes)
  }
}

function tooLong(name: string): DumpstreamError {
  return failure(name, `the answer is longer than ${ANSWER_BYTES >> 20} MiB; the data before that was read`)
}

async function* body(response: Response, name: string): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const bytes of response.body ?? []) {
    size += bytes.length
    if (size > ANSWER_BYTES) throw tooLong(name)
    yield bytes
  }
}

/** debug=0 is a protobuf profile: it begins with a period type (11) or a sample type (1), a message of two numbers (profile.proto). */
function firstOf(name: string, take: (bytes: Uint8Array) => void): (bytes: Uint8Array) => void {
  let first = true
  return (bytes) => {
    if (first && (bytes[0] === 0x5a || bytes[0] === 0x0a) && bytes[2] === 0x08 && bytes[4] === 0x10) {
      throw failure(name, 'answered with a protobuf profile; add ?debug=2 to the URL, or debug=1')
    }
    if (bytes.length > 0) first = false
    take(bytes)
  }
}

const NETWORK_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused; nothing listens there',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the host name cannot be looked up right now',
  ECONNRESET: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed',
  UND_ERR_HEADERS_OVERFLOW: 'its headers are longer than 16 KiB',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer is shorter than its content-length',
  EHOSTUNREACH: 'the host cannot be reached',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted; NODE_EXTRA_CA_CERTS=ca.pem trusts its issuer',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted; NODE_EXTRA_CA_CERTS=ca.pem trusts its issuer',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted; NODE_EXTRA_CA_CERTS=ca.pem trusts its issuer',
}

/** fetch throws `fetch failed`, with the reason in `cause`. */
function networkText(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  return NETWORK_WORDS[code] ?? systemErrorText(cause)
}

function failure(name: string, text: string): DumpstreamError {
  return new DumpstreamError('DS_INPUT', `${name}: ${text}`)
}
