/** Records as events of a log: the fields of the line in which their dump began, and what they say. */
import type { DumpstreamRecord } from '../core/records.ts'
import { isFields } from './events.ts'
import { attributesOf, sentence, severityOf } from './sentence.ts'

interface Place {
  /** Field of the text, a dotted path. */
  readonly key: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** The event of `record`; `found`: as it is printed. */
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

/** The fields with a text. */
export function withText({ key, fields }: Place, text: string): Record<string, unknown> {
  const [name = '', ...rest] = key.split('.')
  if (rest.length === 0) return { ...fields, [key]: text }
  const inner = fields[name]
  return { ...fields, [name]: withText({ key: rest.join('.'), fields: isFields(inner) ? inner : {} }, text) }
}
