// Measures what a fleet costs a real Prometheus: series, memory, and the time of the dashboard's queries with and without the recording rules.
//
//   node bench/fleet/run.mjs [--pods 2000] [--signatures 300] [--minutes 4]
//
// 20 deployments with two ReplicaSets each, on 100 nodes. Each node is one target, as with a DaemonSet, with the lines that `dumpstream --prometheus`
// prints for its pods. The newer ReplicaSets leak.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    pods: { type: 'string', default: '2000' },
    signatures: { type: 'string', default: '300' },
    minutes: { type: 'string', default: '4' },
  },
})
const NODES = 100
const DEPLOYMENTS = 20
const LEAKS = 5
const pods = Number(values.pods)
const signatures = Number(values.signatures)
const id = (text) => createHash('sha256').update(text).digest('hex').slice(0, 16)
const letters = (text, count) =>
  id(text)
    .replace(/\d/g, (digit) => 'bcdfghjklm'[digit])
    .slice(0, count)

function linesOf(pod) {
  const deployment = pod % DEPLOYMENTS
  const isNew = Math.floor(pod / DEPLOYMENTS) % 2 === 1
  const name = `svc-${deployment}-${letters(`set ${deployment} ${isNew}`, 10)}-${letters(`pod ${pod}`, 5)}`
  const where = `k8s_namespace_name="shop",k8s_pod_name="${name}",k8s_container_name="app",dumpstream_source="shop/${name}/app"`
  const lines = [`dumpstream_dump_goroutines{${where}} ${signatures * 20}`]
  for (let signature = 0; signature < signatures; signature++) {
    const leaks = isNew && signature < LEAKS
    const what = `dumpstream_signature="${id(`${deployment} ${signature}`)}",code_function_name="acme/svc${deployment}/pkg${signature % 40}.(*Worker).run${signature}"`
    const at = `code_file_path="acme/svc${deployment}/pkg${signature % 40}/worker.go",code_line_number="${20 + signature}",go_goroutine_state="chan receive"`
    lines.push(
      `dumpstream_goroutines{${where},${what},${at},dumpstream_verdict="${leaks ? 'leaking' : 'steady'}"} ${20 + signature}`,
    )
  }
  return lines
}

const bodies = Array.from({ length: NODES }, () => [])
for (let pod = 0; pod < pods; pod++) bodies[pod % NODES].push(...linesOf(pod))
const texts = bodies.map(
  (lines) =>
    `# TYPE dumpstream_dump_goroutines gauge\n# TYPE dumpstream_goroutines gauge\n${lines.sort().join('\n')}\n`,
)
const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/plain; version=0.0.4')
  response.end(texts[Number(/\d+/.exec(request.url)?.[0])])
}).listen(0, '127.0.0.1')
await new Promise((resolve) => server.once('listening', resolve))
const { port } = server.address()

const folder = mkdtempSync(join(tmpdir(), 'dumpstream-fleet-'))
const rules = new URL('../../examples/fleet/rules.yml', import.meta.url).pathname
const jobs = texts.map(
  (_, node) =>
    `  - job_name: node-${node}\n    metrics_path: /${node}\n    static_configs: [{ targets: ["127.0.0.1:${port}"] }]\n`,
)
writeFileSync(
  join(folder, 'prometheus.yml'),
  `global: { scrape_interval: 30s, evaluation_interval: 30s }\nrule_files: ["${rules}"]\nscrape_configs:\n${jobs.join('')}`,
)
const api = await freePort()
const prometheus = spawn(
  'prometheus',
  [
    '--config.file',
    join(folder, 'prometheus.yml'),
    '--storage.tsdb.path',
    join(folder, 'data'),
    '--web.listen-address',
    `127.0.0.1:${api}`,
  ],
  { stdio: 'ignore' },
)
try {
  await new Promise((resolve) => setTimeout(resolve, Number(values.minutes) * 60_000))
  const scalar = async (query) => Number((await ask('query', { query })).result[0]?.value[1])
  const series = await scalar('count(dumpstream_goroutines)')
  const recorded = await scalar('count({__name__=~"dumpstream:.*"})')
  const status = readFileSync(`/proc/${prometheus.pid}/status`, 'utf8')
  const resident = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
  const rows = []
  const questions = [
    [
      'which signatures leak',
      'topk(20, sum by (dumpstream_signature, code_function_name) (X))',
      'leaking_goroutines',
      '{dumpstream_verdict="leaking"}',
    ],
    ['in how many pods', 'topk(20, Y by (dumpstream_signature) (X))', 'leaking_pods', '{dumpstream_verdict="leaking"}'],
    ['all goroutines by function', 'topk(20, sum by (code_function_name) (X))', 'goroutines', ''],
  ]
  for (const [name, query, rule, matcher] of questions) {
    const raw = query.replace('X', `dumpstream_goroutines${matcher}`).replace('Y', 'count')
    const ruled = query.replace('X', `dumpstream:${rule}:by_replicaset`).replace('Y', 'sum')
    rows.push([name, await timed(raw), await timed(ruled)])
  }
  const evaluation = await scalar('max(prometheus_rule_group_last_duration_seconds)')
  const groups = (await ask('rules', {})).groups[0]
  process.stdout.write(
    `${pods} pods x ${signatures} signatures: ${series} series, ${recorded} recorded; ${resident.toFixed(0)} MB resident\n`,
  )
  process.stdout.write(`the rules take ${(groups?.evaluationTime ?? evaluation).toFixed(2)} s each minute\n`)
  process.stdout.write(
    '\n| question, over 3 minutes in steps of 15 s | of the pods | with the rules |\n|---|---|---|\n',
  )
  for (const row of rows) process.stdout.write(`| ${row.join(' | ')} |\n`)
} finally {
  prometheus.kill()
  server.close()
  await new Promise((resolve) => prometheus.once('exit', resolve))
  rmSync(folder, { recursive: true, force: true })
}

async function timed(query) {
  const end = Date.now() / 1000
  const at = performance.now()
  const { result } = await ask('query_range', { query, start: String(end - 180), end: String(end), step: '15' })
  if (result.length === 0) throw new Error(`no answer to ${query}`)
  return `${(performance.now() - at).toFixed(0)} ms`
}

async function ask(what, parameters) {
  const response = await fetch(`http://127.0.0.1:${api}/api/v1/${what}?${new URLSearchParams(parameters)}`)
  const { data, error } = await response.json()
  if (error !== undefined) throw new Error(error)
  return data
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address()
      probe.close(() => resolve(free))
    })
  })
}
