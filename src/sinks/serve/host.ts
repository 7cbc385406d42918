/**
 * Which host names a request may use. Somebody else's page can be given a name that resolves to this machine (DNS rebinding), and would then be
 * same-origin with what is served here; but it cannot choose the `Host` header that the browser sends. So requests for a name that anybody may
 * own are refused. This is not authentication: whoever reaches the port from outside can read.
 */
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import type { Address } from './address.ts'

/** Names that nobody can register: RFC 6761, RFC 6762, ICANN's .internal, and those of a Kubernetes cluster. */
const PRIVATE = /\.(?:localhost|local|internal|svc|cluster\.local)$/

/**
 * IP addresses are allowed, and so are names without a dot, which are not in the public DNS. `header`: the `Host` of the request; undefined if
 * absent.
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
