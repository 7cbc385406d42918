/** Every error this package throws or emits on purpose. `code` is stable; `message` is one line that says what to do. */
export class DumpstreamError extends Error {
  override readonly name = 'DumpstreamError'
  readonly code: `DS_${string}`

  constructor(code: `DS_${string}`, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
