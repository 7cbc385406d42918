/** A small OTLP/HTTP endpoint that can be as bad as needed. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Server as NetServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { WAIT_MS } from '../../patience.ts'

export interface Received {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Answer = (response: ServerResponse, request: Received) => void

export const fine: Answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}')

export function status(code: number, headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(code, headers).end('no')
}

export class Receiver {
  readonly requests: Received[] = []
  answer: Answer = fine
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  /** Port 0: any. */
  static async open(port = 0): Promise<Receiver> {
    const receiver = new Receiver(
      createServer((request, response) => {
        const parts: Buffer[] = []
        request.on('data', (part: Buffer) => parts.push(part))
        request.on('end', () => {
          const raw = Buffer.concat(parts)
          const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString()
          const received = { path: request.url ?? '', headers: request.headers, body }
          receiver.requests.push(received)
          receiver.answer(response, received)
        })
      }),
    )
    await listen(receiver.#server, port)
    return receiver
  }

  get port(): number {
    return portOf(this.#server)
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

export async function listen(server: NetServer, port = 0): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}

export function portOf(server: NetServer): number {
  const address: AddressInfo | string | null = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return address.port
}

/** A port that nobody listens on, for now. */
export async function freePort(): Promise<number> {
  const receiver = await Receiver.open()
  const { port } = receiver
  await receiver.close()
  return port
}

/** Resolves when it holds. What takes long to ask is asked less often. */
export async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + WAIT_MS
  for (;;) {
    const from = performance.now()
    if (holds()) return
    const now = performance.now()
    if (now > deadline) throw new Error(`waited ${WAIT_MS} ms for: ${holds}`)
    await delay(Math.max(20, 3 * (now - from)))
  }
}
