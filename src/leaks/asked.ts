/**
 * Has a goroutine asked for something that it waits for: a member of a pool, an answer, the end of a command? Idle workers, tickers and
 * subscriptions, which may be kept on purpose, never wait so.
 */
import { fact } from '../core/facts.ts'
import type { Signature } from '../core/model.ts'
import { namesOf, saysName } from '../core/names.ts'
import { POOLS } from './pools.ts'

/** For the answer of a server: of HTTP/1 (net/http/transport.go), and of HTTP/2 (h2_bundle.go). */
export const HTTP_RESPONSE: RegExp =
  /^(?:net\/http\.\(\*persistConn\)\.roundTrip|net\/http(?:\/internal\/http2)?\.\(\*(?:http2)?ClientConn\)\.[rR]oundTrip|golang\.org\/x\/net\/http2\.\(\*ClientConn\)\.[rR]oundTrip)$/
/** For the end of the output of a command that has ended (os/exec/exec.go). */
export const OUTPUT_OF_ENDED: RegExp = /^os\/exec\.\(\*Cmd\)\.awaitGoroutines$/

const PLACES: readonly RegExp[] = [...POOLS.map(({ inner }) => inner), OUTPUT_OF_ENDED]

/** A member of a pool, or the end of a command: it comes soon, where all is well. */
export const hasAsked: (signature: Signature) => boolean = among((name) => PLACES.some((place) => place.test(name)))

/** An answer, which the server of a long poll gives after minutes. */
export const awaitsAnswer: (signature: Signature) => boolean = among((name) => HTTP_RESPONSE.test(name))

function among(isPlace: (name: string) => boolean): (signature: Signature) => boolean {
  const known = saysName(({ text }) => isPlace(text))
  return fact(({ stack }: Signature) => namesOf(stack).some(known))
}
