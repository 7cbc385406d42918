/** Opens kernels: WebAssembly modules that each have their own memory. */

export interface Kernel<Functions> {
  readonly memory: Uint8Array<ArrayBuffer>
  readonly functions: Functions
}

/** What a module exports; TypeScript declares WebAssembly only in the DOM library. */
interface Memory {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
}
declare const WebAssembly:
  | undefined
  | {
      readonly Module: new (bytes: Uint8Array) => object
      readonly Instance: new <Functions>(module: object) => { readonly exports: Functions & Memory }
    }

const PAGE = 64 << 10

const compiled = new Map<string, object>()

/**
 * Instantiates `module` (base64) with a zeroed memory of at least `bytes`. Undefined if WebAssembly is switched off or the memory cannot be
 * allocated. A short module is compiled at once, and runs at full speed from its first call.
 */
export function openKernel<Functions>(module: string, bytes = 0): Kernel<Functions> | undefined {
  if (typeof WebAssembly === 'undefined') return undefined
  let code = compiled.get(module)
  if (code === undefined) {
    code = new WebAssembly.Module(Buffer.from(module, 'base64'))
    compiled.set(module, code)
  }
  try {
    const { exports } = new WebAssembly.Instance<Functions>(code)
    const missing = bytes - exports.memory.buffer.byteLength
    if (missing > 0) exports.memory.grow(Math.ceil(missing / PAGE))
    return { memory: new Uint8Array(exports.memory.buffer), functions: exports }
  } catch (error) {
    // Each memory reserves 8 GB of address space, which a limit (`ulimit -v`) can forbid.
    if (error instanceof RangeError) return undefined
    throw error
  }
}
