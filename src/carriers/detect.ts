/** Which carrier a line is of that holds the header of a goroutine, but not in column 0. */
import { beginsDump, type Carrier, type Envelope } from './carrier.ts'
import { cri } from './cri.ts'
import { json } from './json.ts'
import { prefixOf } from './prefix.ts'
import { quoted } from './quoted.ts'

export function detectCarrier(line: Buffer): Carrier | undefined {
  for (const carrier of [cri, json, quoted]) {
    const envelope = carrier.read(line)
    if (envelope !== undefined && beginsDump(opened(envelope).text.toString('latin1'))) return carrier
  }
  return prefixOf(line)
}

/** A logger's line inside the carrier's may hold a whole dump in one string. */
export function opened(envelope: Envelope): Envelope {
  const { text } = envelope
  if (!text.includes('goroutine ') || beginsDump(text.toString('latin1'))) return envelope
  const inner = json.read(text) ?? quoted.read(text)
  return inner !== undefined && beginsDump(inner.text.toString('latin1')) ? { ...envelope, text: inner.text } : envelope
}
