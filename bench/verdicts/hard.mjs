// The hard mix: real Go programs, with one leak or one healthy pattern each next to the traffic of a service.
//   npm run bench:verdicts -- --programs [--seeds 4] [--set report|tune] [--real-time] [--keep FOLDER | --from FOLDER]
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isOfSubject, judgeAll, lastRecords, logs } from './judge.mjs'
import { build, plan, record, subjects } from './programs.mjs'

/** Dumps in quick succession, and dumps 100 s apart, whose headers have minutes. */
const FAST = { step: 300, dumps: 8, counts: [2, 3, 5, 8], atOnce: 6, load: 300 }
const REAL = { step: 100_000, dumps: 5, counts: [3, 5], atOnce: 200, load: 3 }

export async function hardMix(createEngine, { set = 'report', seeds = 4, realTime = false, keep, from }) {
  const { step, dumps, counts, atOnce, load } = realTime ? REAL : FAST
  let folder = from
  if (folder === undefined) {
    folder = keep ?? mkdtempSync(join(tmpdir(), 'dumpstream-hard-'))
    const binary = build()
    const runs = plan(subjects(binary), { set, seeds, step, dumps }).map((run) => ({ ...run, load }))
    await record(binary, realTime ? runs.map((run) => ({ ...run, age: 0.2 })) : runs, folder, atOnce)
  }
  const all = [...logs(folder)]
  const series = all.filter(({ kind }) => kind !== 'hang')
  const lines = [
    '| dumps | precision | recall of visible leaks | healthy runs with an alarm |',
    '|---|---|---|---|',
    ...judgeAll(createEngine, series, counts).map(
      ({ count, precision, recall, found, wrong, visible, visibleFound, alarms, healthy }) =>
        `| ${count} | ${precision.toFixed(3)} (${found} right, ${wrong} wrong) | ${recall.toFixed(3)} (${visibleFound} of ${visible}) | ${alarms} of ${healthy} |`,
    ),
  ]
  return { lines, healthy: triage(createEngine, all), hangs: hanging(createEngine, all) }
}

/** The guilty signature must be among this many first findings of a dump. */
const FIRST = 3

/** Single dumps of hanging services. */
function hanging(createEngine, all) {
  const hangs = all.filter(({ kind }) => kind === 'hang')
  const missed = hangs.filter((log) => !isFound(createEngine, log))
  return {
    dumps: hangs.length,
    found: hangs.length - missed.length,
    missed: missed.map(({ name, seed }) => `${name}.${seed}`),
  }
}

function isFound(createEngine, log) {
  const records = lastRecords(createEngine, log.dumps.slice(-1), 1)
  const guilty = records.filter((each) => each.type === 'signature' && isOfSubject(each, log)).map(({ id }) => id)
  const first = records.filter((each) => each.type === 'finding').slice(0, FIRST)
  return first.some(({ signatures }) => signatures.some((id) => guilty.includes(id)))
}

/** Single dumps of healthy services for which there is a finding. */
function triage(createEngine, all) {
  let dumps = 0
  let said = 0
  for (const log of all) {
    if (log.kind !== 'healthy') continue
    for (const text of log.dumps) {
      dumps++
      if (lastRecords(createEngine, [text], 1).some((each) => each.type === 'finding')) said++
    }
  }
  return { dumps, said }
}
