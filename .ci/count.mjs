// Sums vitest's own JSON reports and names what failed. Exits 1 when a test failed, or none ran.
import { readFileSync } from 'node:fs'

let passed = 0
let failed = 0
let skipped = 0
for (const file of process.argv.slice(2)) {
  const report = JSON.parse(readFileSync(file, 'utf8'))
  passed += report.numPassedTests
  failed += report.numFailedTests
  skipped += report.numPendingTests + report.numTodoTests
  for (const suite of report.testResults) {
    if (suite.status === 'failed' && suite.assertionResults.length === 0) {
      failed++
      console.log(`failed: ${suite.name}: ${suite.message}`)
    }
    for (const test of suite.assertionResults) if (test.status === 'failed') console.log(`failed: ${test.fullName}`)
  }
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
