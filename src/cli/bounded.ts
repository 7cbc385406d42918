/** Lines of bounded length: drops the least needed parts of a record, and takes only as many waiting entries as fit. */

/** In this order. A record is still valid without them. */
const DISPENSABLE = ['labels', 'because', 'attributes', 'race', 'created_by', 'reason', 'states', 'limits', 'stack']
const MARK = '...'

/** Shortens `line`, a record as JSON: first the stack from its outer end, then field after field. `"cut":true` marks the result. */
export function boundedLine(line: string, most: number): string {
  const text = line.trimEnd()
  if (Buffer.byteLength(text) <= most) return text
  const record: Record<string, unknown> = { ...JSON.parse(text), cut: true }
  const fits = (): boolean => Buffer.byteLength(JSON.stringify(record)) <= most
  delete record.labels
  const { stack } = record
  if (Array.isArray(stack)) {
    for (let frames = stack.length - 1; frames > 0 && !fits(); frames = Math.floor(frames / 2)) {
      record.stack = [...stack.slice(0, frames), MARK]
    }
  }
  for (const name of DISPENSABLE) {
    if (fits()) break
    delete record[name]
  }
  for (const [name, value] of Object.entries(record)) {
    if (fits()) break
    if (typeof value === 'string' && value.length > 64) record[name] = `${value.slice(0, 60)}${MARK}`
  }
  return JSON.stringify(record)
}

/** Removes and returns as many of the first `entries` as fit into `most` bytes, each followed by a comma; at least one. */
export function takeFitting(entries: string[], most: number): string[] {
  let bytes = 0
  let fits = 0
  for (const entry of entries) {
    bytes += Buffer.byteLength(entry) + 1
    if (bytes > most && fits > 0) break
    fits++
  }
  return entries.splice(0, fits)
}
