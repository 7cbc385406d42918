/** `[HOST:]PORT`, as `--serve` and `--prometheus` take it. */

export interface Address {
  /** Without brackets. */
  readonly host: string
  readonly port: number
}

/** Whoever wants to be seen from outside says so: stacks and counts tell a lot about a service. */
export const LOOPBACK = '127.0.0.1'

/** `host`: absent where only a port is given. Undefined for what is neither. */
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
