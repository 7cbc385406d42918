// Apache Kafka from Maven Central, set up from scratch: KRaft, one or more brokers, each a process on this machine.
//
//   node bench/kafka/cluster.mjs [--brokers 3]      starts them, prints their addresses, ends them with Ctrl-C
import { execFileSync, spawn } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const VERSION = '4.1.0'
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'dumpstream', `kafka-${VERSION}`)
const CLUSTER_ID = 'AAAAAAAAAAAAAAAAAAAAAQ'
const START_MS = 120_000

/** A class path. The files are downloaded once per machine. */
export function kafkaJars() {
  if (!existsSync(CACHE)) {
    const folder = mkdtempSync(join(tmpdir(), 'dumpstream-kafka-'))
    const dependency = (group, artifact, version) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`
    writeFileSync(
      join(folder, 'pom.xml'),
      `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
      <groupId>dumpstream</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>
      ${dependency('org.apache.kafka', 'kafka_2.13', VERSION)}${dependency('org.slf4j', 'slf4j-nop', '1.7.36')}
      </dependencies></project>`,
    )
    const jars = join(folder, 'jars')
    execFileSync('mvn', ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`], {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    mkdirSync(join(CACHE, '..'), { recursive: true })
    const beside = `${CACHE}.${process.pid}`
    execFileSync('cp', ['-r', jars, beside])
    if (existsSync(CACHE)) rmSync(beside, { recursive: true })
    else renameSync(beside, CACHE)
    rmSync(folder, { recursive: true })
  }
  return join(CACHE, '*')
}

/** `settings`: of server.properties. `listeners`: additional ones, name → protocol. `format`: additional arguments for formatting the storage. */
export async function startKafka({ brokers = 1, settings = {}, listeners = {}, format = [] } = {}) {
  const jars = kafkaJars()
  const folder = mkdtempSync(join(tmpdir(), 'dumpstream-kafka-'))
  const names = Object.keys(listeners)
  const ports = await freePorts(brokers * 2 + names.length)
  const own = new Map(names.map((name, i) => [name, ports[brokers * 2 + i]]))
  const nodes = Array.from({ length: brokers }, (_, i) => ({
    id: i + 1,
    port: ports[i * 2],
    controller: ports[i * 2 + 1],
  }))
  const voters = nodes.map(({ id, controller }) => `${id}@127.0.0.1:${controller}`).join()
  const replicas = String(Math.min(3, brokers))
  const processes = new Map()

  for (const { id, port, controller } of nodes) {
    const properties = {
      'process.roles': 'broker,controller',
      'node.id': id,
      'controller.quorum.voters': voters,
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}${[...own].map(([name, other]) => `,${name}://127.0.0.1:${other}`).join('')}`,
      'listener.security.protocol.map': [
        'CONTROLLER:PLAINTEXT',
        'PLAINTEXT:PLAINTEXT',
        ...names.map((name) => `${name}:${listeners[name]}`),
      ].join(),
      'controller.listener.names': 'CONTROLLER',
      'log.dirs': join(folder, `data-${id}`),
      'auto.create.topics.enable': false,
      'default.replication.factor': replicas,
      'min.insync.replicas': brokers > 2 ? 2 : 1,
      'offsets.topic.replication.factor': replicas,
      'offsets.topic.num.partitions': 4,
      'transaction.state.log.replication.factor': replicas,
      'transaction.state.log.min.isr': 1,
      'share.coordinator.state.topic.replication.factor': replicas,
      'share.coordinator.state.topic.min.isr': 1,
      // The transaction of a killed process is aborted one such interval after its timeout. Default 10 s.
      'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1000,
      'group.initial.rebalance.delay.ms': 0,
      'group.min.session.timeout.ms': 1000,
      'broker.session.timeout.ms': 3000,
      'broker.heartbeat.interval.ms': 500,
      ...settings,
    }
    const config = join(folder, `server-${id}.properties`)
    writeFileSync(
      config,
      Object.entries(properties)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    )
    execFileSync(
      'java',
      ['-Xmx128m', '-cp', jars, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', config, ...format],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    )
  }

  const start = (id) => {
    const log = createWriteStream(join(folder, `log-${id}`), { flags: 'a' })
    const config = join(folder, `server-${id}.properties`)
    const child = spawn('java', ['-Xmx384m', '-XX:TieredStopAtLevel=1', '-cp', jars, 'kafka.Kafka', config], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.pipe(log)
    child.stderr.pipe(log)
    processes.set(id, child)
  }
  for (const { id } of nodes) start(id)
  const listening = async ({ id, port }) => {
    const until = Date.now() + START_MS
    while (!(await isListening(port))) {
      if (processes.get(id).exitCode !== null || Date.now() > until)
        throw new Error(`kafka broker ${id} does not come up; see ${join(folder, `log-${id}`)}`)
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  await Promise.all(nodes.map(listening))
  return {
    brokers: nodes.map(({ port }) => `127.0.0.1:${port}`),
    ports: Object.fromEntries(own),
    folder,
    kill: (id) => processes.get(id).kill('SIGKILL'),
    restart: async (id) => {
      start(id)
      await listening(nodes.find((node) => node.id === id))
    },
    stop: async () => {
      for (const child of processes.values()) {
        if (child.exitCode !== null || child.signalCode !== null) continue
        const ended = new Promise((resolve) => child.once('exit', resolve))
        child.kill('SIGKILL')
        await ended
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function isListening(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
        }),
    ),
  )
  const ports = servers.map((server) => server.address().port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { brokers: { type: 'string', default: '1' } } })
  const cluster = await startKafka({ brokers: Number(values.brokers) })
  process.stdout.write(`${cluster.brokers.join()}\n`)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => cluster.stop().then(() => process.exit(0)))
}
