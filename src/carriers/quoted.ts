/**
 * A whole dump in one quoted string of a text line, as logrus and other logfmt writers put it:
 *
 *     time="2026-11-24T05:00:00Z" level=info msg="goroutine 1 [running]:\nmain.main()\n\t/app/main.go:3 +0x1d\n"
 */
import type { Carrier, Envelope } from './carrier.ts'

const STRING = /"((?:[^"\\]|\\.)*?goroutine \d+ \[(?:[^"\\]|\\.)*)"/

export const quoted: Carrier = {
  name: 'quoted',
  read(line): Envelope | undefined {
    const m = STRING.exec(line.toString('utf8'))
    if (m === null || !m[0].includes('\\n')) return undefined
    try {
      const text: unknown = JSON.parse(m[0])
      if (typeof text !== 'string') return undefined
      return { key: '', text: Buffer.from(text), partial: false, time: undefined, attributes: undefined }
    } catch {
      // Go's quoting has escapes that JSON has not (\x07, \a); such a string is left alone.
      return undefined
    }
  },
}
