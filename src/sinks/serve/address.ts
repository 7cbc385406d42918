/** `[HOST:]PORT`, for `--serve` and `--prometheus`. */

export interface Address {
  /** Without brackets. */
  readonly host: string
  readonly port: number
}

/** The default: listening on other addresses must be requested, since stacks and counts reveal a lot about a service. */
export const LOOPBACK = '127.0.0.1'

/** `host`: absent if only a port is given. Undefined if `text` is neither. */
export function readHostPort(text: string): { readonly host: string | undefined; readonly port: number } | undefined {
  const m = /^(?:(\[[^\]]+\]|[^:\s]*):)?(\d{1,5})$/.exec(text)
  const port = Number(m?.[2])
  if (m === null || port > 65_535) return undefined
  return { host: m[1]?.replace(/^\[|\]$/g, '') || undefined, port }
}

/** `127.0.0.1:9464`, `[::1]:9464` */
export function addressText({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
