/**
 * Golden pairs: dumps that real loggers, journald, rsyslog and syslog-ng carried, beside what is true of them and the exact records.
 * `npm run goldens:carriers` runs those programs anew (Go and the Debian packages of .ci/run), `npm run goldens` the records alone.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { feed } from '../property/weave.ts'
import { validateRecord } from '../schema/validate.ts'
import { carriedLog, carriedNames, carriedRecords, carriedTruth, gapOf, judge } from './carried.ts'

const UPDATE = process.env.DUMPSTREAM_UPDATE_GOLDENS === '1'

describe('a dump carried by', () => {
  it.each(carriedNames())('%s: found as it was, exact records, log lines byte for byte', (name) => {
    const log = carriedLog(name)
    const truth = carriedTruth(name)
    const run = feed([log])
    const judged = judge(log, truth, run)
    if (gapOf(name) === undefined) expect(judged).toEqual({ ...truth, damaged: 0 })
    else expect(judged, 'it is read now: take it off GAPS').not.toEqual({ ...truth, damaged: 0 })
    const text = run.records.map((record) => `${JSON.stringify(record)}\n`).join('')
    const file = carriedRecords(name)
    if (UPDATE) writeFileSync(file, text)
    expect(existsSync(file), `no ${file.pathname}: npm run goldens`).toBe(true)
    expect(text).toBe(readFileSync(file, 'utf8'))
    for (const record of run.records) expect(validateRecord(JSON.parse(JSON.stringify(record)))).toEqual([])
  })

  it.each(carriedNames())('%s: the same in pieces of 777 bytes', (name) => {
    const log = carriedLog(name)
    const pieces: Buffer[] = []
    for (let at = 0; at < log.length; at += 777) pieces.push(log.subarray(at, at + 777))
    const [whole, cut] = [feed([log]), feed(pieces)]
    expect(cut.records).toEqual(whole.records)
    expect(cut.log.equals(whole.log)).toBe(true)
  })
})
