/** Rows as a plain table with aligned columns. A figure without a goal is there for comparison, and has `-` in the last column. */
export function table(rows) {
  const head = ['', 'case', 'dumpstream', 'beside', 'ratio', 'goal', 'met']
  const lines = rows.map((row) => [
    String(row.yardstick),
    row.case,
    row.ours,
    row.rival ?? '',
    row.ratio ?? '',
    row.goal ?? '',
    row.met === undefined ? '-' : row.met ? 'yes' : 'NO',
  ])
  const widths = head.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i].length)))
  return [head, widths.map((width) => '-'.repeat(width)), ...lines]
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
