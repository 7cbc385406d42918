/**
 * Has a goroutine asked for what it waits for: a member of a pool, a response, the end of a command? Idle workers, tickers and subscriptions,
 * which a program may keep on purpose, never wait in these places.
 */
import { fact } from '../core/facts.ts'
import type { Signature } from '../core/model.ts'
import { flagOfName, namesOf } from '../core/names.ts'
import { POOLS } from './pools.ts'

/** Waits for the response of a server: HTTP/1 (net/http/transport.go) and HTTP/2 (h2_bundle.go). */
export const HTTP_RESPONSE: RegExp =
  /^(?:net\/http\.\(\*persistConn\)\.roundTrip|net\/http(?:\/internal\/http2)?\.\(\*(?:http2)?ClientConn\)\.[rR]oundTrip|golang\.org\/x\/net\/http2\.\(\*ClientConn\)\.[rR]oundTrip)$/
/** Waits for the last output of a command that has exited (os/exec/exec.go). */
export const OUTPUT_OF_ENDED: RegExp = /^os\/exec\.\(\*Cmd\)\.awaitGoroutines$/

const PLACES: readonly RegExp[] = [...POOLS.map(({ inner }) => inner), OUTPUT_OF_ENDED]

/** Waits for a member of a pool or for the end of a command: in a healthy process both come soon. */
export const hasAsked: (signature: Signature) => boolean = among((name) => PLACES.some((place) => place.test(name)))

/** Waits for a response, which takes minutes if the request is a long poll. */
export const awaitsAnswer: (signature: Signature) => boolean = among((name) => HTTP_RESPONSE.test(name))

function among(isPlace: (name: string) => boolean): (signature: Signature) => boolean {
  const known = flagOfName(({ text }) => isPlace(text))
  return fact(({ stack }: Signature) => namesOf(stack).some(known))
}
