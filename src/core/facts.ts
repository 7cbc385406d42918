/**
 * What was found out about an object stays with the object: found once, however many questions there are of however many others, and gone
 * when the object is. A table beside it would have to be bounded, and would find out again what does not fit.
 */

/** By question. */
export type Facts = unknown[]

/** Whoever is asked, if it has room for the answers. */
interface Asked {
  readonly facts?: Facts | undefined
}

let questions = 0

/** Room for the answers to all questions. */
export function newFacts(): Facts {
  return new Array(questions).fill(undefined)
}

/** What `find` says of an object, asked once as long as it lives. */
export function fact<K extends Asked, V extends object | string | number | boolean>(find: (of: K) => V): (of: K) => V {
  const question = questions++
  return (of) => {
    const { facts } = of
    if (facts === undefined) return find(of)
    // Nobody else writes in this place.
    const known = facts[question] as V | undefined
    if (known !== undefined) return known
    const found = find(of)
    facts[question] = found
    return found
  }
}
