/** Reads the clean text of a traceback by the plainest means there are, so that identity is tested apart from the engine. */
import type { Frame, Stack } from '../../src/core/model.ts'

export interface TextGoroutine {
  readonly header: string
  readonly state: string
  readonly stack: Stack
}

export function parseStackText(text: string): TextGoroutine[] {
  const out: TextGoroutine[] = []
  for (const block of text.split(/\n\n+/)) {
    const lines = block.split('\n').filter((line) => line !== '')
    const at = lines.findIndex((line) => /^goroutine \d+ .*\[/.test(line))
    const header = lines[at]
    if (header === undefined) continue
    const frames: Frame[] = []
    let createdBy: Frame | undefined
    let elidedAt: number | undefined
    for (let i = at + 1; i < lines.length; i++) {
      const line = lines[i] ?? ''
      if (/^\[originating from/.test(line)) break
      if (/frames elided\.\.\.$/.test(line)) {
        elidedAt = frames.length
        continue
      }
      const where = /^\t(.*?):(\d+)(?: \+0x[0-9a-f]+)?(?: fp=.*)?$/.exec(lines[i + 1] ?? '')
      if (where === null || line.startsWith('\t')) continue
      const place = { file: where[1] ?? '', line: Number(where[2]) }
      const created = /^created by (\S+)/.exec(line)
      if (created !== null) createdBy = { function: created[1] ?? '', ...place }
      else frames.push({ function: line.slice(0, line.lastIndexOf('(')), ...place })
    }
    const state = (/\[([^\],]*)/.exec(header)?.[1] ?? '').replace(/ \((?:leaked|scan|durable)\)/g, '')
    out.push({ header, state, stack: { frames, createdBy, elidedAt } })
  }
  return out
}
