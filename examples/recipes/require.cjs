// node require.cjs app.log
// CommonJS: Node ^20.19 and ≥ 22.12 can require a module.
const { readFileSync } = require('node:fs')
const { parseDumps } = require('dumpstream')

const dumps = parseDumps(readFileSync(process.argv[2])).filter(({ type }) => type === 'dump')
for (const { dump, goroutines } of dumps) console.log(`dump ${dump}: ${goroutines} goroutines`)
