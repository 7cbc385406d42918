/** A module in WebAssembly, Base64: scripts/wat.mjs assembles it when the project is built or tested. */
declare module '*.wat' {
  const module: string
  export default module
}
