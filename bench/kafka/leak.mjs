// The log of a pod that leaks: what tests and benchmarks of partitions read.

const LOG_LINES = 20

/** A dump: lines. `leaked` goroutines block in one place, one after the other. */
export function leakingDump(leaked) {
  const lines = ['goroutine 1 [select]:', 'main.main()', '\t/app/main.go:3 +0x1', '']
  for (let i = 0; i < leaked; i++)
    lines.push(
      `goroutine ${10 + i * 300} [chan send]:`,
      'main.leak()',
      '\t/app/main.go:7 +0x1',
      'created by main.main',
      '\t/app/main.go:3 +0x2',
      '',
    )
  return lines
}

/** What a pod logs between one dump and the next, and the dump: lines. */
export function podLines(pod, number) {
  const log = Array.from({ length: LOG_LINES }, (_, i) => `level=info pod=${pod} served=${number * LOG_LINES + i}`)
  return [...log, ...leakingDump(2 + (number % 12)), `level=info pod=${pod} goes on`]
}
