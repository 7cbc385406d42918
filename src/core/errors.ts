/**
 * What went wrong. `DS_OPTION`: an option of the library is not valid. `DS_USAGE`: the command line is not valid. `DS_INPUT`: an input cannot
 * be read. `DS_GZIP`: compressed data is broken. `DS_OUTPUT`: an output cannot be written. `DS_FAULT`: a bug of dumpstream itself, survived.
 */
export type DumpstreamErrorCode = 'DS_OPTION' | 'DS_USAGE' | 'DS_INPUT' | 'DS_GZIP' | 'DS_OUTPUT' | 'DS_FAULT'

/** Every error this package throws or emits on purpose. `code` is stable; `message` is one line that says what to do. */
export class DumpstreamError extends Error {
  override readonly name = 'DumpstreamError'
  readonly code: DumpstreamErrorCode

  constructor(code: DumpstreamErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What `load` imports; undefined when that package is not installed. */
export async function installed<T>(load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load()
  } catch (error) {
    // `import` and, in the built command, `require` name the error differently.
    if (error instanceof Error && 'code' in error && /^(?:ERR_)?MODULE_NOT_FOUND$/.test(String(error.code)))
      return undefined
    throw error
  }
}
