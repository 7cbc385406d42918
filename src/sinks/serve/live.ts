/**
 * `--serve`: the report as a page that follows the run. Server-sent events tell browsers about a new report, and they request it when somebody
 * looks. It is made once, at the first request. An idle browser costs only an open connection.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DumpstreamRecord } from '../../core/records.ts'
import { bodyText, contentSecurityPolicy, documentText } from '../html/document.ts'
import type { PageOptions } from '../html/page.ts'
import { ReportBuilder } from '../report/report.ts'
import type { RecordSink, SinkResult } from '../sink.ts'
import type { Address } from './address.ts'
import type { Endpoint, WebServers } from './server.ts'

/** Browsers that may listen at a time; others are asked to come back later. */
const LISTENERS_MAX = 64
/** Unread bytes after which a browser is disconnected: it reconnects by itself, and then gets the newest report. */
const UNREAD_BYTES_MAX = 16 << 10
/** Minimum time between two notifications of a browser. */
const NEWS_MS = 500
/** How long a browser waits before it reconnects. */
const RETRY_MS = 2_000

/** The rendered forms of one version of the report. */
interface Made {
  readonly version: string
  readonly document: Buffer
  readonly body: Buffer
}

export class LiveSink implements RecordSink {
  readonly #options: PageOptions
  readonly #report = new ReportBuilder()
  readonly #listeners = new Set<ServerResponse>()
  /** Distinguishes runs, since versions start over with each: a browser that stayed open must not take an old version for the newest. */
  readonly #run: string = Date.now().toString(36)
  #made: Made | undefined
  #told = 0
  #news: NodeJS.Timeout | undefined
  #endpoint: Endpoint | undefined

  constructor(options: PageOptions) {
    this.#options = options
  }

  /** Resolves to the URL of the page. Throws what `WebServers.listen` throws. */
  async open(servers: WebServers, address: Address): Promise<string> {
    this.#endpoint = await servers.listen('--serve', address, {
      '/': (request, response) => this.#send(request, response, ({ document }) => document),
      '/report': (request, response) => this.#send(request, response, ({ body }) => body),
      '/events': (request, response) => this.#listen(request, response),
    })
    return this.#endpoint.url
  }

  record(record: DumpstreamRecord): void {
    this.#report.record(record)
  }

  settle(): void {
    if (this.#report.version === this.#told || this.#news !== undefined) return
    this.#news = setTimeout(() => {
      this.#news = undefined
      this.#tell()
    }, NEWS_MS)
    this.#news.unref()
  }

  end(): SinkResult {
    this.#tell()
    return { exportFailed: false }
  }

  async close(): Promise<void> {
    clearTimeout(this.#news)
    for (const listener of this.#listeners) listener.end()
    const endpoint = this.#endpoint
    this.#endpoint = undefined
    await endpoint?.close()
  }

  get #version(): string {
    return `${this.#run}-${this.#report.version}`
  }

  #tell(): void {
    if (this.#report.version === this.#told) return
    this.#told = this.#report.version
    for (const listener of this.#listeners) this.#write(listener)
  }

  #write(listener: ServerResponse): void {
    if (listener.writableLength > UNREAD_BYTES_MAX) listener.destroy()
    else listener.write(`event: report\ndata: ${this.#version}\n\n`)
  }

  #send(request: IncomingMessage, response: ServerResponse, part: (made: Made) => Buffer): void {
    const made = this.#make()
    const tag = `"${made.version}"`
    response.setHeader('ETag', tag)
    response.setHeader('Cache-Control', 'no-cache')
    response.setHeader('Content-Security-Policy', `${contentSecurityPolicy(true)}; frame-ancestors 'none'`)
    if (request.headers['if-none-match'] === tag) {
      response.writeHead(304).end()
      return
    }
    const bytes = part(made)
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': bytes.length })
    response.end(request.method === 'HEAD' ? undefined : bytes)
  }

  #make(): Made {
    const version = this.#version
    if (this.#made?.version === version) return this.#made
    const report = this.#report.report()
    const options = { ...this.#options, version }
    this.#made = {
      version,
      document: Buffer.from(documentText(report, { ...options, live: true })),
      body: Buffer.from(bodyText(report, options)),
    }
    return this.#made
  }

  #listen(request: IncomingMessage, response: ServerResponse): void {
    if (this.#listeners.size >= LISTENERS_MAX) {
      response.writeHead(503, { 'Retry-After': '30', 'Content-Type': 'text/plain; charset=utf-8' })
      response.end('Too many pages are open\n')
      return
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store' })
    if (request.method === 'HEAD') {
      response.end()
      return
    }
    // Silence is normal here; the system detects whether the other side is still there.
    request.socket.setTimeout(0)
    request.socket.setKeepAlive(true, 30_000)
    response.once('close', () => this.#listeners.delete(response))
    this.#listeners.add(response)
    response.write(`retry: ${RETRY_MS}\n\n`)
    this.#write(response)
  }
}
