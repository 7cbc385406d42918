/**
 * Names and paths that stacks are made of: thousands of stacks have a few hundred of them, and what a name says by itself is found out once.
 */
import { type Facts, newFacts } from './facts.ts'
import type { Frame, Stack } from './model.ts'
import { rememberedText } from './remembered.ts'

/** The name of a function, or the path of a file. */
export class Name {
  readonly text: string
  #facts: Facts | undefined

  constructor(text: string) {
    this.text = text
  }

  get facts(): Facts {
    this.#facts ??= newFacts()
    return this.#facts
  }
}

/** Names that a service has in its stacks, again and again. */
export const MOST_NAMES = 16384

/** Of a stack that another process has seen, whose frames are texts. */
export const nameOf: (text: string) => Name = rememberedText(MOST_NAMES, (text) => new Name(text))

/** The functions of a stack, innermost first. */
export function namesOf(stack: Stack): readonly Name[] {
  return stack.names ?? stack.frames.map((frame) => nameOf(frame.function))
}

/** The file of the frame at `place`. */
export function fileOf(stack: Stack, place: number): Name | undefined {
  if (stack.fileAt !== undefined) return stack.fileAt(place)
  const { file } = stack.frames[place] as Frame
  return file === undefined ? undefined : nameOf(file)
}
