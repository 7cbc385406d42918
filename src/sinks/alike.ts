/** Signatures with the same function and place: finds the outer frame that distinguishes them. */
import type { SignatureRecord } from '../core/records.ts'
import { readFrame } from './last-dumps.ts'
import { baseName } from './names.ts'

/** Record → the function that the others of its group do not have at this depth; absent for records that are unlike any other. */
export function alike(records: readonly SignatureRecord[]): Map<SignatureRecord, string> {
  const groups = new Map<string, SignatureRecord[]>()
  for (const record of records) {
    const key = `${record.function}\n${record.file ?? ''}\n${record.line ?? ''}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [record])
    else group.push(record)
  }
  const callers = new Map<SignatureRecord, string>()
  for (const group of groups.values()) {
    if (group.length < 2) continue
    for (const record of group) {
      const frame = firstDifference(record, group)
      if (frame !== undefined) callers.set(record, frame)
    }
  }
  return callers
}

/** The frame at the smallest depth where some other stack of the group differs from this one. */
function firstDifference(record: SignatureRecord, group: readonly SignatureRecord[]): string | undefined {
  const own = chain(record)
  const others = group.filter((each) => each !== record).map(chain)
  const depth = own.findIndex((frame, i) => others.some((other) => other[i] !== frame))
  const frame = own[depth]
  if (frame === undefined)
    return own.length < Math.max(...others.map(({ length }) => length)) ? '(outermost)' : undefined
  const { function: name, file, line } = readFrame(frame)
  // The same function at another line, with `--similarity lines`.
  const isLine = others.some((other) => other[depth] !== undefined && readFrame(other[depth]).function === name)
  return isLine && file !== '' ? `${name} ${baseName(file)}:${line}` : name
}

/** Innermost first, the creator last. */
function chain(record: SignatureRecord): string[] {
  return [...(record.stack ?? []), ...(record.created_by === undefined ? [] : [record.created_by])]
}
