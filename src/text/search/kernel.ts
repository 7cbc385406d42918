/** Modules of WebAssembly that search in their memory: how they are opened, once, where there is WebAssembly. */

export interface Kernel<Find> {
  readonly memory: Uint8Array
  readonly find: Find
}

/** What a module exports; TypeScript has WebAssembly in the DOM library only. */
interface Exports<Find> {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly find: Find
}
declare const WebAssembly:
  | undefined
  | {
      readonly Module: new (bytes: Uint8Array) => object
      readonly Instance: new <Find>(module: object) => { readonly exports: Exports<Find> }
    }

/**
 * `module`: its bytes in base64. Undefined where WebAssembly is switched off. A short module is compiled at once, and runs at full speed from
 * its first call.
 */
export function openKernel<Find>(module: string): Kernel<Find> | undefined {
  if (typeof WebAssembly === 'undefined') return undefined
  const { exports } = new WebAssembly.Instance<Find>(new WebAssembly.Module(Buffer.from(module, 'base64')))
  return { memory: new Uint8Array(exports.memory.buffer), find: exports.find }
}
