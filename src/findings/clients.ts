/**
 * Clients that have left while their request is handled. For each request of HTTP/1 the server starts a goroutine that reads from the connection, to
 * notice that its client leaves (net/http/server.go startBackgroundRead): then it ends, and the context of the request is cancelled.
 */
import { kinOf } from '../leaks/kin.ts'
import type { Scene, Seen } from './finding.ts'

/** Starts a goroutine for each connection of HTTP/1. */
const SERVES = 'net/http.(*Server).Serve'
const WATCHES = 'net/http.(*connReader).startBackgroundRead'

/** How many handlers have a client that is watched, and how many have none; undefined if the dump does not say. */
interface Clients {
  readonly watched: number
  readonly lost: number
}

export function clientsOf({ dump, bySlot }: Scene, { tally, slot }: Seen): Clients | undefined {
  if (tally.signature.createdBy?.function !== SERVES || tally.parents === undefined) return undefined
  let watched = 0
  for (const child of kinOf(dump.signatures).startedBy(slot)) {
    const watchers = bySlot[child.slot]?.tally
    if (watchers?.signature.createdBy?.function !== WATCHES) continue
    // Each has a connection of its own: more of them than there was room for (`limits.parents`).
    if ((watchers.parents?.distinct ?? 0) < watchers.count) return undefined
    watched += child.parents
  }
  return { watched, lost: Math.max(0, tally.count - watched) }
}

/**
 * How many clients have left handlers that are watched otherwise. Nobody watches the connection of a handler that has taken it over, as for a
 * websocket, or has not read the body of its request.
 */
export function leftBehind(scene: Scene, each: Seen): number {
  const clients = clientsOf(scene, each)
  return clients === undefined || clients.watched === 0 ? 0 : clients.lost
}
