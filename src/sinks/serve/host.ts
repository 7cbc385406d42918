/**
 * Which names a request may have come by. A page of somebody else can be given a name that leads to this machine (DNS rebinding), and
 * would then be of the same origin as what is served here; but it cannot choose the `Host` that the browser sends. So what is asked for by a
 * name that anybody may own is refused. A name is no login: whoever reaches the port from outside can read.
 */
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import type { Address } from './address.ts'

/** Names that nobody can register: RFC 6761, RFC 6762, ICANN's .internal, and those of a Kubernetes cluster. */
const PRIVATE = /\.(?:localhost|local|internal|svc|cluster\.local)$/

/**
 * An IP address is no name, and a name without a dot is not of the public DNS. `header`: of the request; undefined where it has none.
 *
 * @example isAllowedHost('evil.example:9464', { host: '127.0.0.1', port: 9464 }) // false
 */
export function isAllowedHost(header: string | undefined, { host }: Address): boolean {
  const name = /^(\[[0-9a-f:.]+\]|[^:[\]\s]+)(?::\d{1,5})?$/i
    .exec(header ?? '')?.[1]
    ?.toLowerCase()
    .replace(/\.$/, '')
  if (name === undefined) return false
  if (isIP(name.replace(/^\[|\]$/g, '')) !== 0) return true
  if (!name.includes('.') || PRIVATE.test(name)) return true
  return name === host.toLowerCase() || name === hostname().toLowerCase()
}
