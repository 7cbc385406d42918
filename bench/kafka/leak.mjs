// The log of a pod that leaks, for tests and benchmarks of partitions.

const LOG_LINES = 20

/** The lines of a dump in which `leaked` goroutines block in one place. */
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

/** The lines that a pod logs between two dumps, and of the dump. */
export function podLines(pod, number) {
  const log = Array.from({ length: LOG_LINES }, (_, i) => `level=info pod=${pod} served=${number * LOG_LINES + i}`)
  return [...log, ...leakingDump(2 + (number % 12)), `level=info pod=${pod} goes on`]
}
