// node mount.mjs < records.jsonl
// Records of a log shipper, {"pod":…,"time":…,"log":…} a line: those that are not dump go on as they are and in order, dumps become findings.
import { createInterface } from 'node:readline'
import { createMount } from 'dumpstream'

const mount = createMount({ idle: 1000 })
/** Identities of dumps that were handed on: a log that is read again says nothing twice. */
const known = new Set()

function handOn(outcomes) {
  for (const outcome of outcomes) {
    if (outcome.type === 'log') {
      const { item, rest } = outcome
      console.log(JSON.stringify(rest === undefined ? item : { ...item, log: rest }))
    } else if (outcome.type === 'record' && outcome.record.type === 'finding') {
      const { record, identity, item } = outcome
      const once = `${identity}/${record.rank}`
      if (!known.has(once)) console.log(JSON.stringify({ ...item, log: record.title, finding: record, dump: identity }))
      known.add(once)
    }
  }
}

const timer = setInterval(() => handOn(mount.tick(Date.now())), 250)
for await (const line of createInterface({ input: process.stdin })) {
  const item = JSON.parse(line)
  handOn(mount.push({ stream: item.pod, text: item.log, time: Date.parse(item.time), item }))
}
handOn(mount.end())
clearInterval(timer)
