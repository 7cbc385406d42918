/** SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), as code scanning reads it: one result per finding. */
import { FINDING_KINDS, type FindingKind, type Severity } from '../../core/model.ts'
import { VERSION } from '../../core/version.ts'
import { readFrame } from '../last-dumps.ts'
import { inertJson, printable } from '../printable.ts'
import { type Annotation, annotationsOf } from './annotation.ts'
import type { Report } from './report.ts'

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'
const LEVELS: Readonly<Record<Severity, string>> = { critical: 'error', warning: 'warning', info: 'note' }

const RULES: Readonly<Record<FindingKind, string>> = {
  crash: 'The process ended with a panic, a fatal error or a signal',
  deadlock: 'No goroutine can run, or goroutines wait for each other',
  leak: 'Goroutines are left behind and none of them ends',
  lost: 'Goroutines wait for something that can never happen',
  pile_up: 'Many goroutines wait for one object',
  pool: 'All members of a pool are taken',
  stuck: 'The same goroutines wait in the same place for a long time',
  growing: 'There are more goroutines in each dump',
  slow: 'Goroutines wait too long here',
  race: 'Two unsynchronized accesses to the same memory',
  timeout: 'A test has run out of time',
}

export function sarifText(report: Report): string {
  const annotations = annotationsOf(report)
  const kinds = FINDING_KINDS.filter((kind) => annotations.some(({ finding }) => finding.finding === kind))
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'dumpstream',
            version: VERSION,
            rules: kinds.map((kind) => ({ id: kind, shortDescription: { text: RULES[kind] } })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: annotations.map((each) => result(each, kinds.indexOf(each.finding.finding))),
      },
    ],
  }
  return `${inertJson(log)}\n`
}

function result({ finding, title, sentences, stack, file, line }: Annotation, ruleIndex: number) {
  const [signature] = finding.signatures
  const frames = stack.map((frame) => {
    const { function: name, file: path, line: at } = readFrame(frame)
    return {
      location: {
        ...(path === '' ? {} : physical(path, at)),
        logicalLocations: [{ fullyQualifiedName: name }],
        message: { text: frame },
      },
    }
  })
  return {
    ruleId: finding.finding,
    ruleIndex,
    level: LEVELS[finding.severity],
    message: { text: `${[title, ...sentences].join('. ')}.` },
    locations: [
      {
        ...(file === undefined ? {} : physical(file, line)),
        ...(finding.function === undefined
          ? {}
          : { logicalLocations: [{ fullyQualifiedName: printable(finding.function), kind: 'function' }] }),
      },
    ],
    ...(frames.length === 0 ? {} : { stacks: [{ message: { text: 'goroutine' }, frames }] }),
    ...(signature === undefined ? {} : { partialFingerprints: { 'dumpstreamSignature/v1': signature } }),
  }
}

function physical(path: string, line: number | undefined) {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(path) },
      ...(line === undefined || line < 1 ? {} : { region: { startLine: line } }),
    },
  }
}

/** Encodes each element of a path to make a URI; a drive letter is an element of a file URL. */
function uriOf(path: string): string {
  const encoded = printable(path)
    .replaceAll('\\', '/')
    .split('/')
    .map((element) => encodeURIComponent(element))
    .join('/')
  if (encoded.startsWith('/')) return `file://${encoded}`
  return /^[A-Za-z]%3A\//.test(encoded) ? `file:///${encoded.replace('%3A', ':')}` : encoded
}
