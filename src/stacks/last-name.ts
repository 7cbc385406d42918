/** The last part of a function's name, without type arguments: `Close` of `main.(*Pool[...]).Close`. */

const LAST = /[.)](\w+)(?:\[.*\])?$/
/** After the name come type arguments, and the suffixes that the compiler adds for closures. */
const DECLARED = /(?:^|[.)/])([A-Za-z_]\w*?)(?:\[.*?\])?(?:-fm|\.(?:func|gowrap|deferwrap)\d[\w.-]*|-range\d+|\.\d+)*$/

/** Empty if it has none. That of a closure is the compiler's: `func1`. */
export function lastNameOf(name: string): string {
  return LAST.exec(name)?.[1] ?? ''
}

/** Like `lastNameOf`, but a closure, a method value or the body of a loop has the name of the function that it is in. */
export function declaredNameOf(name: string): string {
  return DECLARED.exec(name)?.[1] ?? ''
}
