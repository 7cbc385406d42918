import { expect, it } from 'vitest'
import { readProfileLine } from '../../src/text/profile.ts'

it.each([
  '',
  '   ',
  ' (40 goroutines wait here)',
  ' # the leak',
  ' // the leak',
  '\t\xe2\x86\x90 the leak',
  '  <- the leak',
])('a record can be followed by a note: %j', (note) => {
  expect(readProfileLine(`40 @ 0x42f7cf 0x42aeda${note}`, undefined)).toEqual({
    kind: 'record',
    count: 40,
    pcs: ' 0x42f7cf 0x42aeda',
  })
})

it.each([' and so on', ' 7', ' main.f'])('a line with other words after its addresses is not a record: %j', (words) => {
  expect(readProfileLine(`40 @ 0x42f7cf${words}`, undefined)).toBeUndefined()
})

it.each(['...', '\xe2\x80\xa6'])('the last frame shown can be followed by %j', (dots) => {
  expect(readProfileLine(`#\t0x526bb8\tmain.leak+0x18\t/app/main.go:124${dots}`, ' 0x526bb9')).toEqual({
    kind: 'frame',
    name: 'main.leak',
    file: '/app/main.go:124',
  })
})

it.each(['\t', '        '])('a frame that has lost its mark was not recognized: %j', (blanks) => {
  const frame = { kind: 'frame', name: 'main.leak', file: '/app/main.go:124' }
  expect(readProfileLine(`${blanks}0x526bb8\tmain.leak+0x18\t/app/main.go:124`, ' 0x526bb9')).toEqual(frame)
  expect(readProfileLine(`${blanks}0x526bb8\tmain.leak+0x18\t/app/main.go:124`, undefined)).toBeUndefined()
  expect(readProfileLine(`${blanks}0x526bb8 is where it leaks`, ' 0x526bb9')).toBeUndefined()
})
