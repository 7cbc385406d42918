/** What tools put before each line of what they run, forward or show, and the name that it gives the source. */
import { describe, expect, it } from 'vitest'
import type { DumpRecord } from '../../src/core/records.ts'
import { feed } from '../property/weave.ts'

const DUMP = [
  'panic: boom',
  '',
  'goroutine 7 [running]:',
  'shop/cart.(*Cart).Total(0xc000010030, {0x1, 0x2})',
  '\t/src/shop/cart/cart.go:42 +0x1a4',
  'main.run(...)',
  '\t/src/shop/main.go:18',
  '',
  'goroutine 18 [chan receive, 3 minutes]:',
  'shop/mail.(*Queue).loop(0xc000020000)',
  '\t/src/shop/mail/queue.go:77 +0x8d',
  'created by shop/mail.Start in goroutine 1',
  '\t/src/shop/mail/queue.go:31 +0x5f',
]
const LOG = ['GET /cart 200 1.8ms', 'level=info msg="order placed" items=3']

/** `¤`: the number of the line. `%`: a digit that differs from line to line. The text follows. */
const TOOLS: readonly (readonly [tool: string, prefix: string, source?: string])[] = [
  // Of orchestrators and platforms.
  ['docker swarm', 'app_web.1.abcdefg123@node1    | ', 'app_web.1.abcdefg123@node1'],
  ['docker compose --timestamps', 'web-1  | 2026-11-24T05:00:0%.123456789Z ', 'web-1'],
  ['stern', 'web-7d9f-abc12 app ', 'web-7d9f-abc12 app'],
  ['kail', 'default/web-1[app]: ', 'default/web-1[app]'],
  ['kubetail', '[web-1 app] ', '[web-1 app]'],
  ['tilt', 'web          │ ', 'web'],
  ['argo', 'web-1-abc: ', 'web-1-abc'],
  ['tekton', '[build : unit-tests] ', '[build unit-tests]'],
  ['nomad', '2026-11-24T05:00:0%Z [INFO] task/web: ', 'task/web'],
  ['aws logs tail', '2026-11-24T05:00:00.12%000+00:00 web/app/0123abcd ', 'web/app/0123abcd'],
  ['flyctl', '2026-11-24T05:00:0%Z app[148e21] iad [info]', 'app[148e21] iad'],
  ['doctl', 'web 2026-11-24T05:00:0%.123456789Z ', 'web'],
  ['railway', '[inf]  '],
  ['render', 'Nov 24 05:00:0% AM [web-1] ', '[web-1]'],
  ['netlify', '5:00:0% AM: '],
  ['vercel', '2026-11-24T05:00:0%.123Z [error] '],
  ['papertrail', 'Nov 24 05:00:0% host app: ', 'host/app'],
  ['gcloud run', 'E 2026-11-24T05:00:0%.123Z '],
  ['logcli', '2026-11-24T05:00:0%Z {app="web", pod="web-1"} ', '{app="web", pod="web-1"}'],
  // Of what runs several programs.
  ['foreman', '05:00:0% web.1  | ', 'web.1'],
  ['goreman', '05:00:0% web | ', 'web'],
  ['pm2', '1|web  | ', '1|web'],
  ['concurrently', '[0] '],
  ['mprocs', 'web> ', 'web'],
  ['turbo', 'web:start: ', 'web:start'],
  ['lerna', '@scope/web: ', '@scope/web'],
  ['supervisord', "2026-11-24 05:00:00,12% DEBG 'web' stderr output: ", "DEBG 'web' output"],
  ['multilog', '@400000006a24c5e51000000% '],
  ['ts', 'Nov 24 05:00:0% '],
  ['ts .s', '1764000000.12345% '],
  ['annotate-output', '05:00:0% E: '],
  // Of builds and their pages.
  ['GitHub Actions', 'test\tRun tests\t2026-11-24T05:00:00.123456%Z ', 'test Run tests'],
  ['GitLab', '2026-11-24T05:00:00.12345%Z 01E ', '01E'],
  ['BuildKit', '#12 1.23% '],
  ['Jenkins', '[2026-11-24T05:00:00.12%Z] '],
  ['Azure Pipelines', '2026-11-24T05:00:00.123456%Z ##[error]', '##[error'],
  ['Travis', '\u001b[0K'],
  ['AppVeyor', '[00:01:0%] '],
  ['Cloud Build', 'Step #3 - "test": ', 'Step #3 "test"'],
  ['Bazel', '[stderr] '],
  ['Maven', '[ERROR] '],
  ['Ant', '     [exec] ', '[exec]'],
  ['pytest', 'E   '],
  ['go test', '    main_test.go:12: '],
  // Of provisioning.
  ['terraform', '2026-11-24T05:00:00.00%Z [ERROR] provider.x: ', 'provider.x'],
  ['terraform remote-exec', 'aws_instance.web (remote-exec): ', 'aws_instance.web (remote-exec)'],
  ['vagrant', '    default: ', 'default'],
  // Of loggers, around a stack that they log line by line.
  ['envoy', '[2026-11-24 05:00:00.12%][12][critical][backtrace] [source/x.cc:104] ', '[backtrace]'],
  ['spdlog', '[2026-11-24 05:00:00.12%] [web] [error] ', '[web]'],
  ['nginx', '2026/11/24 05:00:0% [error] 12#12: *1 FastCGI sent in stderr: '],
  ['Apache', '[Tue Nov 24 05:00:00.12% 2026] [cgi:error] [pid 43] AH01215: '],
  ['log4j', '2026-11-24 05:00:00,12% ERROR [main] c.e.App - '],
  ['Python', 'ERROR:root:', 'ERROR:root'],
  ['env_logger', '[2026-11-24T05:00:0%Z ERROR app] '],
  ['logrus on a terminal', 'ERRO[001%] '],
  ['Serilog', '[05:00:0% ERR] '],
  ['logcat', '11-24 05:00:00.12%  1234  1250 E GoLog   : '],
  ['logcat -v brief', 'E/GoLog   ( 1234): ', 'GoLog'],
  ['dmesg', '[   12.34567%] app[43]: ', 'app[43]'],
  // Of what shows a file.
  ['cat -n', '    ¤\t'],
  ['nl', '    ¤  '],
  ['bat', '   ¤ │ '],
  ['git diff', '+'],
  ['a comment', '// '],
  ['a mail', '> > '],
]

describe.each(TOOLS.map((row) => [row[0], row] as const))('%s', (_, [, prefix, source]) => {
  it.each([
    ['line feeds', '\n'],
    ['CRLF', '\r\n'],
  ])('with %s', (_end, end) => {
    const lines = [...LOG, ...DUMP, ...LOG].map(
      (line, i) => `${prefix.replace('¤', `${i + 10}`).replace('%', `${i % 10}`)}${line}${end}`,
    )
    const { records, log } = feed([Buffer.from(lines.join(''))])
    const dumps = records.filter((record): record is DumpRecord => record.type === 'dump')
    expect(dumps).toMatchObject([{ kind: 'panic', reason: 'boom', goroutines: 2, signatures: 2, damaged: 0 }])
    if (source !== undefined) expect(dumps[0]?.source).toBe(source)
    expect(log.toString()).toBe([...lines.slice(0, LOG.length), ...lines.slice(-LOG.length)].join(''))
  })
})
