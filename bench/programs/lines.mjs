// The stream pipeline that dumpstream's transform is compared with: every line through split2 and through2, doing nothing but grep's test.
// `node lines.mjs [FILE]`, or stdin.
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
