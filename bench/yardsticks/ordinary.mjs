// Yardstick 1: an ordinary log without a dump.
import { log } from '../generate.mjs'
import { beyondStart, CLI, here, makeFile, ms, piped, rate, remove } from '../measure.mjs'

const node = process.execPath
const dumpstream = [node, CLI, '--format', 'none']
const grep = ['grep', '-c', 'goroutine ']
const lines = [node, here('programs/lines.mjs')]
/** grep exits with 1 if it found nothing. */
const fine = { allow: [0, 1] }

export function* ordinary({ size, runs }) {
  for (const prose of [false, true]) {
    const file = makeFile('ordinary.log', log({ bytes: size, prose }))
    const what = prose ? 'that speaks of goroutines' : 'without the word'
    const onFile = (argv) => (path) => [...argv, path]
    const onPipe = (argv) => (path) => piped(path, argv)
    const ours = beyondStart(onFile(dumpstream), file, runs, fine)
    const theirs = beyondStart(onFile(grep), file, runs, fine)
    yield row(`log ${what}, file`, ours, `grep -c`, theirs, size, prose ? undefined : 2)
    const oursPiped = beyondStart(onPipe(dumpstream), file, runs, fine)
    const theirsPiped = beyondStart(onPipe(grep), file, runs, fine)
    yield row(`log ${what}, cat | …`, oursPiped, `cat | grep -c`, theirsPiped, size)
    if (!prose) {
      const pipe = beyondStart(onPipe(['dd', 'of=/dev/null', 'bs=64K', 'status=none']), file, runs, fine)
      yield row(`log ${what}, cat | …`, oursPiped, 'cat | dd (the pipe alone)', pipe, size)
      const pass = beyondStart(onFile(lines), file, Math.min(runs, 2), fine)
      yield row(`log ${what}, file`, ours, 'split2 → through2', pass, size)
    }
    remove(file)
  }
}

function row(name, ours, rival, theirs, bytes, goal) {
  const ratio = ours.seconds / theirs.seconds
  return {
    yardstick: 1,
    case: name,
    ours: `${ms(ours.seconds)} ${rate(bytes, ours.seconds)}`,
    rival: `${rival}: ${ms(theirs.seconds)} ${rate(bytes, theirs.seconds)}`,
    ratio: `${ratio.toFixed(2)}× its time`,
    ...(goal === undefined ? {} : { goal: `≤ ${goal}×`, met: ratio <= goal }),
    samples: { ours, rival: theirs },
  }
}
