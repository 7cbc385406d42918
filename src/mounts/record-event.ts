/** Records as log events: the fields of the line in which their dump began, with the content of the record. */
import type { DumpstreamRecord } from '../core/records.ts'
import { isFields } from './events.ts'
import { attributesOf, sentence, severityOf } from './sentence.ts'

interface Place {
  /** Field of the text, a dotted path. */
  readonly key: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Builds the event of `record`. `found`: the record as it is printed. */
export function recordEvent(
  place: Place,
  record: DumpstreamRecord,
  identity: string,
  found: unknown,
): Record<string, unknown> {
  return {
    ...withText(place, sentence(record)),
    severity: severityOf(record),
    attributes: attributesOf(record, identity),
    dumpstream: found,
  }
}

/** Replaces the text. */
export function withText({ key, fields }: Place, text: string): Record<string, unknown> {
  const [name = '', ...rest] = key.split('.')
  if (rest.length === 0) return { ...fields, [key]: text }
  const inner = fields[name]
  return { ...fields, [name]: withText({ key: rest.join('.'), fields: isFields(inner) ? inner : {} }, text) }
}
