/**
 * What we find out about an object is stored in the object: it is computed once, however many other objects and questions there are, and is freed
 * with the object. A separate table would have to be bounded, and would compute again what it had dropped.
 */

/** The answers, indexed by question. */
export type Facts = unknown[]

/** An object that may have room for the answers. */
interface Asked {
  readonly facts?: Facts | undefined
}

let questions = 0

/** Room for the answers to all questions. */
export function newFacts(): Facts {
  return new Array(questions).fill(undefined)
}

/** Memoizes `find` in the object: it is called once per object, if the object has room for the answer. */
export function fact<K extends Asked, V extends object | string | number | boolean>(find: (of: K) => V): (of: K) => V {
  const question = questions++
  return (of) => {
    const { facts } = of
    if (facts === undefined) return find(of)
    // Only this question writes to this slot.
    const known = facts[question] as V | undefined
    if (known !== undefined) return known
    const found = find(of)
    facts[question] = found
    return found
  }
}
