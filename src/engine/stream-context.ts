/** The origin of the dumps of a stream: from its carrier, and from what is known about the input. */
import { attributesOfPath } from '../carriers/kubernetes.ts'
import type { OpeningToBe } from '../dumps/dump.ts'
import type { Origin } from '../report/reporter.ts'
import type { StreamOrigin } from '../streams/origin.ts'
import type { InnerOptions } from './contract.ts'
import type { DumpContext } from './dump-sink.ts'
import type { OpeningAt, Openings } from './openings.ts'

type Attributes = Readonly<Record<string, string>>

/** What is known about the input as a whole. */
export interface NamedInput {
  readonly source: string
  /** The sources of streams are prefixed with that of the input. */
  readonly isQualified: boolean
  readonly attributes: Attributes | undefined
}

export function namedInput(source: string, { qualified, attributes }: InnerOptions): NamedInput {
  return { source, isQualified: qualified === true, attributes: both(attributes, attributesOfPath(source)) }
}

/** Undefined if there are none. */
function both(one: Attributes | undefined, other: Attributes): Attributes | undefined {
  const all = { ...one, ...other }
  return Object.keys(all).length === 0 ? undefined : all
}

export class StreamContext implements DumpContext, OpeningAt {
  readonly #stream: StreamOrigin
  readonly #input: NamedInput
  readonly #openings: Openings

  constructor(stream: StreamOrigin, input: NamedInput, openings: Openings) {
    this.#stream = stream
    this.#input = input
    this.#openings = openings
  }

  origin(): Origin {
    const { source, isQualified, attributes } = this.#input
    const { names } = this.#stream
    return {
      source: names.source === '' ? source : isQualified ? `${source}:${names.source}` : names.source,
      attributes: both(attributes, names.attributes),
    }
  }

  openings(): OpeningAt {
    return this
  }

  opening(start: number): OpeningToBe {
    return this.#openings.carried(this.#stream, start)
  }
}
