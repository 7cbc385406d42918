/**
 * One OTLP request over HTTP (opentelemetry.io/docs/specs/otlp, "OTLP/HTTP"). The transport of the SDK's exporters is not used: it retries on
 * its own timers, for another time-out, hides the status of a 503, and does not limit a response that trickles in.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { gzipSync } from 'node:zlib'
import { noAnswer, type Outcome } from './deliveries.ts'
import type { OtlpTarget } from './plan.ts'

export type Reply = { readonly ok: true; readonly body: Buffer } | Extract<Outcome, { ok: false }>

/** A response has a few bytes; more than this is not read. */
const ANSWER_BYTES = 1 << 20

export class Poster {
  readonly #target: OtlpTarget
  readonly #headers: Readonly<Record<string, string>>
  readonly #agent: HttpAgent

  constructor(target: OtlpTarget, version: string) {
    this.#target = target
    this.#headers = {
      ...target.headers,
      'user-agent': `dumpstream/${version}`,
      'content-type': target.protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
      ...(target.gzip ? { 'content-encoding': 'gzip' } : {}),
    }
    const { ca, cert, key } = target
    // Exports are a minute apart: no connection is worth keeping for that long.
    this.#agent =
      target.url.protocol === 'https:'
        ? new HttpsAgent({ keepAlive: false, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) })
        : new HttpAgent({ keepAlive: false })
  }

  /** Settles within `timeout` milliseconds, and leaves nothing open. Never rejects. */
  post(body: Uint8Array, timeout: number): Promise<Reply> {
    const { url, gzip } = this.#target
    const data = gzip ? gzipSync(body) : body
    const options: RequestOptions = {
      method: 'POST',
      agent: this.#agent,
      headers: { ...this.#headers, 'content-length': data.length },
    }
    return new Promise((resolve) => {
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest
      const request = send(url, options, (response) => {
        read(response).then(
          (answer) => done(reply(response, answer)),
          (error: unknown) => done(failure(error)),
        )
      })
      const timer = setTimeout(() => done(noAnswer(timeout)), Math.max(1, Math.floor(timeout)))
      const done = (result: Reply): void => {
        clearTimeout(timer)
        request.destroy()
        resolve(result)
      }
      request.on('error', (error) => done(failure(error)))
      request.end(data)
    })
  }
}

async function read(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of response) {
    if (!(part instanceof Buffer)) continue
    size += part.length
    if (size > ANSWER_BYTES) break
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function reply(response: IncomingMessage, body: Buffer): Reply {
  const status = response.statusCode ?? 0
  if (status >= 200 && status < 300) return { ok: true, body }
  const retryAfter = readRetryAfter(response.headers['retry-after'])
  return {
    ok: false,
    reason: `it answers ${status} ${response.statusMessage ?? ''}`.trimEnd() + hint(status),
    // The list of the specification; anything else would fail again.
    retry: status === 429 || status === 502 || status === 503 || status === 504,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  }
}

/** For a 200 with an unreadable response, usually a web page. */
export const NOT_OTLP = 'its answer is not OTLP/HTTP: is it a collector?'

/** The JSON of a response body, which may be empty; undefined if it is not JSON. */
export function jsonOf(body: Uint8Array): unknown {
  if (body.length === 0) return {}
  try {
    return JSON.parse(Buffer.from(body).toString())
  } catch {
    return undefined
  }
}

function hint(status: number): string {
  if (status === 401 || status === 403) return ' (set the credentials in OTEL_EXPORTER_OTLP_HEADERS)'
  if (status === 404 || status === 405) return ' (is it an OTLP/HTTP endpoint?)'
  return ''
}

/** The three forms of a date in HTTP (RFC 9110, 5.6.7). `Date.parse` alone also reads a year from `-5000` and from `soon 2040`. */
const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*(?:, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d GMT| [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})$/

/** Milliseconds; undefined for anything but seconds or a future date. */
function readRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  let wait = Number.NaN
  if (/^\d+$/.test(value)) wait = Number(value) * 1000
  else if (HTTP_DATE.test(value)) wait = Date.parse(value.endsWith('GMT') ? value : `${value} GMT`) - Date.now()
  return wait > 0 ? wait : undefined
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'it cannot be reached',
  EHOSTUNREACH: 'it cannot be reached',
  ENETUNREACH: 'it cannot be reached',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name service does not answer',
}

function failure(error: unknown): Extract<Outcome, { ok: false }> {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  return { ok: false, reason: WORDS[code] ?? inOtherWords(code, error), retry: !isForGood(code) }
}

function inOtherWords(code: string, error: unknown): string {
  if (code.startsWith('HPE_')) return 'it does not speak HTTP (4317 is the port of gRPC, 4318 that of OTLP/HTTP)'
  if (isCertificate(code))
    return `its certificate is not trusted (${code}); OTEL_EXPORTER_OTLP_CERTIFICATE names one to trust`
  if (error instanceof Error) return error.message === '' ? code : error.message
  return String(error)
}

function isCertificate(code: string): boolean {
  return /CERT|SELF_SIGNED|ERR_TLS/.test(code)
}

function isForGood(code: string): boolean {
  return isCertificate(code) || code.startsWith('HPE_')
}
