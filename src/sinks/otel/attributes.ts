/** Makes attributes from records. */
import type { DumpRecord, SignatureRecord } from '../../core/records.ts'
import { ATTRIBUTE } from './names.ts'

export type Attributes = Record<string, string | number>

/** Longest text in an attribute; longer ones are cut. A stack line may be a megabyte, but a label value must not be. */
const TEXT_MAX = 1024

export function shortened(text: string): string {
  if (text.length <= TEXT_MAX) return text
  return text.slice(0, text.charCodeAt(TEXT_MAX - 2) >>> 10 === 0x36 ? TEXT_MAX - 2 : TEXT_MAX - 1).concat('…')
}

/** Where a dump came from: its source, and what the carrier knows. */
export function sourceAttributes(dump: DumpRecord): Attributes {
  const attributes: Attributes = { [ATTRIBUTE.source]: shortened(dump.source) }
  if (dump.process !== undefined) attributes[ATTRIBUTE.process] = shortened(dump.process)
  for (const [key, value] of Object.entries(dump.attributes ?? {})) {
    if (key === '' || value === '') continue
    // The conventions require a number here; a carrier has text.
    attributes[key] = key === ATTRIBUTE.processId && /^\d{1,10}$/.test(value) ? Number(value) : shortened(value)
  }
  return attributes
}

/** What identifies a signature: the same in every dump unless its code has moved. */
export function codeAttributes(record: SignatureRecord): Attributes {
  const attributes: Attributes = {
    [ATTRIBUTE.signature]: record.id,
    [ATTRIBUTE.functionName]: shortened(record.function),
  }
  if (record.file !== undefined) attributes[ATTRIBUTE.filePath] = shortened(record.file)
  if (record.line !== undefined) attributes[ATTRIBUTE.lineNumber] = record.line
  return attributes
}

/** The same, with what is true of it in this dump. */
export function signatureAttributes(record: SignatureRecord): Attributes {
  const attributes = codeAttributes(record)
  const state = mainState(record)
  if (state !== undefined) attributes[ATTRIBUTE.state] = shortened(state)
  if (record.verdict !== undefined) attributes[ATTRIBUTE.verdict] = record.verdict
  return attributes
}

/** The most frequent state; on a tie the first by name, so that the series does not change from dump to dump. */
function mainState(record: SignatureRecord): string | undefined {
  let main: string | undefined
  let most = 0
  for (const [state, count] of Object.entries(record.states)) {
    if (count < most || (count === most && main !== undefined && state >= main)) continue
    main = state
    most = count
  }
  return main
}
