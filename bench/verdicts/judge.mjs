// Compares the verdicts on recorded logs of real programs with the truth: a signature leaks if its stack has a function of the subject.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { VISIBLE } from './measure.mjs'

const SUBJECT = {
  suite: /^example\.com\/shop\/suite\./,
  leak: /^example\.com\/shop\/leaks\./,
  hang: /^example\.com\/shop\/hangs\./,
}

/** Yields `{ kind, name, seed, dumps }` for each log in `folder`; a dump is the text between two lines of log. */
export function* logs(folder) {
  for (const file of readdirSync(folder).sort()) {
    const [kind, name, seed] = file.split('.')
    const text = readFileSync(join(folder, file), 'latin1')
    const dumps = text
      .split(/^(?=\S+ INFO dump$)/m)
      .filter((part) => / INFO dump\n/.test(part.slice(0, 60)) && part.includes(' INFO done'))
    yield { kind, name, seed, dumps }
  }
}

/** Ids of waiting goroutines whose stack has a function of the subject. */
function subjectIds(dump, { kind, name }) {
  const prefix = `example.com/shop/${kind === 'leak' ? 'leaks' : kind}.`
  const ids = new Set()
  for (const part of dump.split('\n\n')) {
    const header = /goroutine (\d+) \[([^\],]+)/.exec(part)
    const isOwn =
      part.includes(`\n${prefix}`) ||
      (BESIDE_ALONE.has(name) && part.split('\n').some((line) => BESIDE[name].test(line)))
    if (header !== null && isOwn && !/^(?:sleep|running|runnable|GC )/.test(header[2])) ids.add(header[1])
  }
  return ids
}

/** Records of the last one of the first `count` dumps. */
export function lastRecords(createEngine, dumps, count) {
  let last = []
  const engine = createEngine({
    stacks: 'always',
    onRecord: (record) => {
      if (record.type === 'dump') last = []
      last.push(record)
    },
  })
  for (const dump of dumps.slice(0, count)) engine.push(Buffer.from(dump, 'latin1'))
  engine.end()
  return last
}

/** Goroutines that a leak leaves behind, without any of the leak's own frames. */
const CONNECTIONS = /^net\/http\.\(\*persistConn\)\./
const BESIDE = {
  'body-not-closed': CONNECTIONS,
  'body-on-error-status': CONNECTIONS,
  'transport-per-call': CONNECTIONS,
  'rows-not-closed': /^database\/sql\.\(\*Rows\)\.awaitDone/,
  'once-that-hangs': /^sync\.\(\*Once\)\.doSlow/,
  'command-with-stdin': /^os\/exec\./,
  'transaction-kept': /^database\/sql\./,
  'conn-per-call': /^net\/http\.\(\*conn\)\.serve/,
  'foreign-context': /^context\./,
  'call-without-timeout': /^(?:net\/http\.\(\*persistConn\)|main\.serve\.func)/,
}
/** Leaks without a goroutine that has any of their frames. */
const BESIDE_ALONE = new Set(['foreign-context'])

export function isOfSubject(record, { kind, name }) {
  const own = SUBJECT[kind]
  const beside = BESIDE[name]
  return record.stack?.some((frame) => own?.test(frame) === true || beside?.test(frame) === true) === true
}

/** `{ right, wrong, isLeak, visible }` for one log and a number of dumps. */
export function judgeLog(createEngine, log, count, verdict = 'leaking') {
  const { kind, dumps } = log
  const records = lastRecords(createEngine, dumps, count)
  const called = records.filter((record) => record.type === 'signature' && record.verdict === verdict)
  const right = called.filter((record) => isOfSubject(record, log))
  let visible = 0
  if (kind !== 'healthy') {
    const first = subjectIds(dumps[0], log)
    visible = [...subjectIds(dumps[count - 1] ?? '', log)].filter((id) => !first.has(id)).length
  }
  return { records, right, wrong: called.filter((record) => !isOfSubject(record, log)), visible: visible >= VISIBLE }
}

/** Precision, recall of the visible leaks, and the errors, by number of dumps. */
export function judgeAll(createEngine, all, counts) {
  return counts.map((count) => {
    const sum = {
      count,
      found: 0,
      wrong: 0,
      alarms: 0,
      healthy: 0,
      visible: 0,
      visibleFound: 0,
      leaks: 0,
      misses: [],
      errors: [],
    }
    for (const log of all) {
      if (log.dumps.length < count) continue
      const { right, wrong, visible } = judgeLog(createEngine, log, count)
      sum.wrong += wrong.length
      for (const each of wrong)
        sum.errors.push(`${log.name}.${log.seed} ${each.function} ${JSON.stringify(each.states)} ${each.counts}`)
      if (log.kind === 'healthy') {
        sum.healthy++
        if (wrong.length > 0) sum.alarms++
        continue
      }
      sum.leaks++
      if (right.length > 0) sum.found++
      if (!visible) continue
      sum.visible++
      if (right.length > 0) sum.visibleFound++
      else sum.misses.push(`${log.name}.${log.seed}`)
    }
    return { ...sum, precision: sum.found / (sum.found + sum.wrong), recall: sum.visibleFound / sum.visible }
  })
}
