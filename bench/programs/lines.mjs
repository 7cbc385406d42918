// The stream pass that dumpstream's transform stands beside: every line through split2 and through2, and nothing done but
// the question that grep asks. `node lines.mjs [FILE]`, else stdin.
import { createReadStream } from 'node:fs'
import split2 from 'split2'
import through2 from 'through2'

let found = 0
const input = process.argv[2] === undefined ? process.stdin : createReadStream(process.argv[2])
input
  .pipe(split2())
  .pipe(
    through2.obj((line, _encoding, done) => {
      if (line.includes('goroutine ')) found++
      done()
    }),
  )
  .resume()
  .on('close', () => console.log(found))
