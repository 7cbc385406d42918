/** Headers behind labels, in carriers, behind a header that is none: what a carrier says of a line is the same wherever the input is cut. */
import { expect, it } from 'vitest'
import { WRAPS } from '../carriers/weave.ts'
import { check } from '../fuzz/check.ts'

/** No header, though it holds one: who reads it before says nothing of the lines that follow. */
const FIRST = 'ck=goroutine 32 [running]:'
/** What a program's logger may put before a header. */
const LABELS = ['2020/02/09 17:43:52 recovered u1: ', 'E1124 08:17:51.515399   26313 main.go:18] ', '']
const HEADER = 'goroutine 7 [running]:'

it.each(Object.entries(WRAPS))('%s', (_name, wrap) => {
  for (const label of LABELS)
    for (const lines of [
      [`${label}goroutine 32 [running]:`, HEADER, 'main.f(0x1)'],
      ['http: panic serving 1.2.3.4:5: boom', `${label}${HEADER}`, 'main.f(0x1)', '\t/app/main.go:3 +0x1d'],
    ]) {
      const text = [FIRST, ...lines.map(wrap)].map((line) => `${line}\n`).join('')
      const each = Array.from({ length: text.length - 1 }, (_, i) => i + 1)
      const input = { bytes: Buffer.from(text), options: {} }
      for (const cuts of [each, each.filter((at) => text[at - 1] === '\n')])
        expect([text, check(input, cuts)]).toEqual([text, undefined])
    }
})
