/** rsyslog and syslog-ng receive two programs that dump at once, and write files in each of their usual forms. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { gapOf, judge, keepCarried, type Truth } from '../golden/carried.ts'
import { freePort } from '../sinks/otel/receiver.ts'
import { send, startDaemon, written } from './daemon.ts'
import { temporaryFolder } from './go.ts'
import { unpackSyslogNg } from './syslog-ng.ts'
import { UNITS_TRUTH, type UnitLine, unitLines } from './units.ts'

const UPDATE = process.env.DUMPSTREAM_UPDATE_GOLDENS === '1'
const FORMS = ['traditional', 'protocol23', 'file', 'json'] as const
type Files = Map<string, Buffer>

/** As libc's syslog(3) and most senders put it. */
const rfc3164 = ({ unit, pid, text }: UnitLine): string => `<14>Nov 24 05:00:00 node-1 ${unit}[${pid}]: ${text}\n`
const rfc5424 = ({ unit, pid, text }: UnitLine): string =>
  `<14>1 2026-11-24T05:00:00.123456Z node-1 ${unit} ${pid} - - ${text}\n`

function check(name: string, log: Buffer | undefined, truth: Truth = UNITS_TRUTH): void {
  if (log === undefined) throw new Error(`no ${name}`)
  if (UPDATE) keepCarried(name, log, truth)
  const judged = judge(log, truth)
  if (gapOf(name) === undefined) expect(judged).toEqual({ ...truth, damaged: 0 })
}

describe('rsyslog', () => {
  const files: Files = new Map()
  beforeAll(async () => {
    const folder = temporaryFolder()
    const lines = unitLines()
    const ports = [await freePort(), await freePort()] as const
    const tailed = join(folder, 'app.log')
    writeFileSync(tailed, '')
    const socket = join(folder, 'log.sock')
    const inputs = ['rfc3164', 'rfc5424', 'imfile', 'imuxsock']
    const rulesets = inputs.map((input) => {
      const names = ['RSYSLOG_TraditionalFileFormat', 'RSYSLOG_SyslogProtocol23Format', 'RSYSLOG_FileFormat', 'json']
      const actions = FORMS.map(
        (form, i) => `action(type="omfile" file="${folder}/${input}.${form}" template="${names[i]}")`,
      )
      return `ruleset(name="${input}") {\n${actions.join('\n')}\n}`
    })
    const fields = [
      'timereported" dateFormat="rfc3339',
      'hostname',
      'programname',
      'procid',
      'syslogseverity-text',
      'msg',
    ]
    const outnames = ['@timestamp', 'host', 'program', 'procid', 'severity', 'message']
    const properties = fields.map((field, i) => `property(outname="${outnames[i]}" name="${field}" format="jsonf")`)
    const config = join(folder, 'rsyslog.conf')
    writeFileSync(
      config,
      [
        `global(workDirectory="${folder}" maxMessageSize="64k")`,
        'module(load="imtcp")',
        'module(load="imuxsock" SysSock.Use="off")',
        'module(load="imfile" mode="polling" PollingInterval="1")',
        `template(name="json" type="list" option.jsonf="on") {\n${properties.join('\n')}\n}`,
        ...rulesets,
        `input(type="imtcp" address="127.0.0.1" port="${ports[0]}" ruleset="rfc3164")`,
        `input(type="imtcp" address="127.0.0.1" port="${ports[1]}" ruleset="rfc5424")`,
        `input(type="imuxsock" Socket="${socket}" ruleset="imuxsock" RateLimit.Interval="0")`,
        `input(type="imfile" File="${tailed}" Tag="app:" ruleset="imfile")`,
        '',
      ].join('\n'),
    )
    const argv = ['/usr/sbin/rsyslogd', '-n', '-f', config, '-i', join(folder, 'pid')] as const
    const daemon = await startDaemon([...argv], ports[0])
    try {
      await send(ports[0], lines.map(rfc3164).join(''))
      await send(ports[1], lines.map(rfc5424).join(''))
      const app = lines.filter(({ unit }) => unit === 'app').map(({ text }) => `${text}\n`)
      appendFileSync(tailed, app.join(''))
      execFileSync('logger', ['--socket', socket, '--tag', 'app', '--id=43'], { input: app.join('') })
      // imfile leaves empty lines out.
      const counts = { imfile: app.filter((line) => line !== '\n').length, imuxsock: app.length }
      for (const input of inputs) {
        for (const form of FORMS) {
          const count = input in counts ? counts[input as keyof typeof counts] : lines.length
          files.set(`${input}.${form}`, await written(join(folder, `${input}.${form}`), count))
        }
      }
    } finally {
      await daemon.stop()
    }
  })

  it.each(FORMS)('messages of RFC 3164 by imtcp, written as %s', (form) => {
    check(`rsyslog-${form}.lines`, files.get(`rfc3164.${form}`))
  })

  it.each(FORMS)('messages of RFC 5424 by imtcp, written as %s', (form) => {
    check(`rsyslog-${form}.rfc5424`, files.get(`rfc5424.${form}`))
  })

  // One program.
  const { 'main.blocker': _, ...functions } = UNITS_TRUTH.functions
  const one: Truth = { ...UNITS_TRUTH, dumps: 1, goroutines: 10, functions }

  it.each(FORMS)('a file by imfile, written as %s', (form) => {
    check(`rsyslog-${form}.imfile`, files.get(`imfile.${form}`), one)
  })

  it.each(FORMS)('the log socket by imuxsock, written as %s', (form) => {
    check(`rsyslog-${form}.imuxsock`, files.get(`imuxsock.${form}`), one)
  })
})

describe('syslog-ng', () => {
  const files: Files = new Map()
  beforeAll(async () => {
    const syslogNg = unpackSyslogNg()
    const folder = temporaryFolder()
    const port = await freePort()
    const config = join(folder, 'syslog-ng.conf')
    writeFileSync(
      config,
      [
        '@version: 3.38',
        ...['affile', 'afsocket', 'syslogformat', 'json-plugin'].map((name) => `@module ${name}`),
        'options { stats-freq(0); flush-lines(1); keep-hostname(yes); use-dns(no); dns-cache(no); };',
        `source s_net { network(ip("127.0.0.1") port(${port}) transport("tcp")); };`,
        `destination d_file { file("${folder}/file"); };`,
        `destination d_json { file("${folder}/json" template("$(format-json --scope rfc5424 --scope nv-pairs)\\n")); };`,
        'log { source(s_net); destination(d_file); destination(d_json); };',
        '',
      ].join('\n'),
    )
    const daemon = await startDaemon(syslogNg.argv(folder, config), port, syslogNg.env)
    try {
      const lines = unitLines()
      await send(port, lines.map(rfc3164).join(''))
      for (const form of ['file', 'json']) files.set(form, await written(join(folder, form), lines.length))
    } finally {
      await daemon.stop()
    }
  })

  it.each(['file', 'json'])('messages of RFC 3164, written as %s', (form) => {
    check(`syslog-ng-${form}.lines`, files.get(form))
  })
})
