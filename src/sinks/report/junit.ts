/** JUnit XML, as CI servers read it: a failed test case for each finding; one that passes if there are none. */

import { printable } from '../printable.ts'
import { annotationsOf } from './annotation.ts'
import type { Report } from './report.ts'

export function junitText(report: Report): string {
  const annotations = annotationsOf(report)
  // Findings that are only informative do not fail a build.
  const failures = annotations.filter(({ finding }) => finding.severity !== 'info').length
  const cases = annotations.map(({ finding, kind, title, sentences, stack, file, line, test }) => {
    const place = file === undefined ? '' : ` file="${xml(file)}"${line === undefined ? '' : ` line="${line}"`}`
    const head = `    <testcase classname="${xml(finding.source)}" name="${xml(test ?? title)}"${place}>`
    const text = [title, ...sentences, ...stack.map((frame) => `  ${frame}`)].map(xml).join('\n')
    const body =
      finding.severity === 'info'
        ? `      <system-out>${text}</system-out>`
        : `      <failure type="${xml(kind)}" message="${xml(title)}">${text}</failure>`
    return `${head}\n${body}\n    </testcase>`
  })
  if (cases.length === 0) {
    for (const { source } of report.sources)
      cases.push(`    <testcase classname="${xml(source)}" name="nothing stands out"/>`)
  }
  const counts = `tests="${cases.length}" failures="${failures}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="dumpstream" ${counts}>`,
    `  <testsuite name="dumpstream" ${counts} errors="0" skipped="0">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** XML 1.0 has no way to write most control characters, U+FFFE and U+FFFF: https://www.w3.org/TR/xml/#charsets */
function xml(text: string): string {
  return printable(text)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
