/**
 * A panic that net/http has caught: it says so in the log, and prints the stack of the one goroutine behind it (net/http/server.go,
 * conn.serve). The process lives on. The line is no part of the dump, but tells its kind and its reason.
 *
 *     2026/11/24 08:01:14 http: panic serving 127.0.0.1:35152: boom
 *     goroutine 7 [running]:
 */

/** More lines than this between the two: the dump is another one. */
export const APART_LINES = 16

export class ServedPanic {
  #reason: string | undefined
  /** Lines since. */
  #lines = 0

  /** What the panic said; undefined when none was announced of late. */
  get reason(): string | undefined {
    return this.#reason
  }

  /** Takes note of a log line ahead of what may come. */
  hear(text: string): void {
    const reason = reasonIn(text)
    if (reason !== undefined) {
      this.#reason = reason
      this.#lines = 0
    } else if (++this.#lines >= APART_LINES) this.forget()
  }

  /** What was announced has come, or something else has. */
  forget(): void {
    this.#reason = undefined
  }
}

function reasonIn(text: string): string | undefined {
  if (!text.includes('panic serving ')) return undefined
  return /\bpanic serving \S+: (.*)$/.exec(text)?.[1]
}
