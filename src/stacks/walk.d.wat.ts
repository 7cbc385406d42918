/** The module as Base64: scripts/wat.mjs assembles it when the project is built or tested. */
declare const module: string
export default module
