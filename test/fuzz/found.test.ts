/** What the fuzzer has found, as small as it could be made: each is read whole, byte by byte, and cut in two after each byte. */
import { expect, it } from 'vitest'
import { check } from './check.ts'
import type { Input } from './generate.ts'

const HEROKU = '2026-11-24T05:00:00.100000+00:00 app[web.1]: '
const NOTE = 'runtime: unexpected return pc for main.f called from 0x1\n'

/** What went wrong → the input, Latin-1, and what it was read with. */
const FOUND: Readonly<Record<string, readonly [string, Input['options']?]>> = {
  'a line of logfmt without a message has the time of one before it, as far as the chunk has that still': [
    'e="2026-11-25T05:11:26Z"fo msg="goroutine 1 ["\r\ntime="6Z" level=info ngoroutine 22 [eceive]:\\nmain.receive(0x0?)\\n',
  ],
  'a header that is glued to a line of a string makes a dump begin where the string has come to': [
    '1d\\n{\\"level\\e\\":\\"goroutine 1 [running]:\\\\nmain.main()\\\\n\\\\t/stack:\\n{\\"level\\":\\"error\\",\\"stacktrace\\":' +
      '\\"goroutine 1 [running]:\\\\nmain.main()\\\\n\\\\t/src/mpanic: after goexit\\n\\ngoroutine 5 [running]:',
    { limits: { lineBytes: 68, preambleBytes: 30 } },
  ],
  'a line in doubt leaves a preamble open, so that a header that breaks in is announced, where a chunk ends before it':
    ['goroutine 7 [r]:\nmn.f(1)\npanic: (m\n\th/.go:101\ngoroutine 7 [run]:\ngoroutine 1 [ing]:\nma'],
  'the title of a profile in a long line is not found where chunks end within it': [
    '=\n{"r","stack":"goroutine profile: total 7\\n3 @\n',
    { order: 'oldest_first', limits: { lineBytes: 30 } },
  ],
  'a header with a long id in a long line is not found where chunks end within it': [
    'WARNING: DATA RACE\ngoroutine 7:\nerror","stack":"goroutine 9999999 [rung]:\\nn.f(0x)\\n\r\n',
    { limits: { lineBytes: 32 } },
  ],
  'a header that is held for one of two dumps makes a dump without goroutines': [
    [
      'goroutine 7 [n]:',
      'goroutine 7 [t] {: }:',
      'panic: h',
      'oStreamName":"web/app/1","timestamp":1795496400123,"mes',
      '',
      'sage":"created by main.main","ingestionTime":1795496400200,"eventId":"4"}',
      'goroutine 1 [n]:',
      '-----main.main()',
      '\t/srv/app/c115/main.go:95 +0xb66',
      'Previous write at 0x00c000014098 by main goroutine:',
      '=== END goroutine stack dump ===',
      'goroutine 1 gp=0x',
    ].join('\n'),
    { limits: { preambleBytes: 264 } },
  ],
  'a quote in a long line is not known to be escaped, where a chunk ended between it and its backslash': [
    '\nm},\\"tag\\":\\"app.web\\",\\"time\\":1795507299.01463}\\n...12 frames elided...\\n{\\"level\\":\\"error\\",\\"stacktrace\\":\\"goroutine 1 [g]:\\nn.m()\\\\n\\\\t',
    { order: 'oldest_first', limits: { lineBytes: 128, preambleBytes: 29 } },
  ],
  'a pointer that ends where the chunk does is read without an end': [
    '\u0002\u0000\u0000\u0000\u0000\u0000\u0000\u000egoroutines: 41\u0002\u0000\u0000\u0000\u0000\u0000\u0000\u0003 ru\u0002\u0000\u0000\u0000\u0000\u0000\u0000-nning\r\n\r\ngoroutine 1 [sync.Mutex.Lock]:\r\ninte\u0002\u0000\u0000\u0000\u0000\u0000\u0000Srnal/sync.runtime_SemacquireMutex(0x4697d2?, 0x8?, 0x44131f?)\r\n\t/usr/local/go/src/r\u0002\u0000\u0000\u0000\u0000\u0000\u0000Buntime/sema.go:95 +0x25\r\ninternal/sync.(*Mutex).lockSlow(0xc000010\u0001\u0000\u0000\u0000\u0000\u0000\u0000\u00040c0)\u0002\u0000\u0000\u0000\u0000\u0000\u00006\r\n\t/usr/local/go/src/internal/sync/mutex.go:149 +0x15d',
    { order: 'oldest_first' },
  ],
  'a header that breaks into a goroutine leaves the line before it in doubt, where that ends a chunk': [
    [
      '18] goroutine 7 [running]:',
      'sct(0xfac)',
      'go:87 +0x45',
      'internal/Desc).waitRead(...)',
      '\time.go:92',
      'goroutine 7 [running]:',
      'runtime.throw(0xf227ff, 0x16)',
      'main.f(0x1)',
    ].join('\r\n'),
  ],
  'of a file of tail, the place of a long line is forgotten before a dump is found in it': [
    '==> a.log <==\n"goroutine 1 [r]:\\nn.()\\n\n==> a.log <==\n"}\n{"l',
    { order: 'oldest_first', limits: { lineBytes: 11 } },
  ],
  'a header that is taken late, from before what has come of its dump, makes the dump end before it begins': [
    'ed: no such user u1: goroutine 32 [rng]:\ngoroutine 7 [select] {k:\n v, "odd": ""}:\ngoro',
    { order: 'oldest_first' },
  ],
  'a part of a line that follows broken JSON is log, and stands where it stands in the input': [
    '{""]bgoroutine 2 [g]:',
    { order: 'oldest_first' },
  ],
  'a part of a record of JSON is log as a whole': ['{"":" 6",\n[ICm goroutine 32 [g]:', { order: 'oldest_first' }],
  'a header that a terminal has wrapped in a value of klog is taken for a whole one, where the lines behind it are there':
    ['"=<\n\tgoroutine 1 gp=0x02380 m=0 mp=0x5c2f00 \n[g]:\n n.()', { order: 'oldest_first' }],
  'the same, wrapped within its bracket': [
    'E1124 08:17:51.515399   26313 main.go:18] "failed" stack=<\n\tgoroutine 1 gp=0x02380 m=0 mp=0x5c2f00 [chan rec\neive]:\n\tmain.f()\n\t\t/a/b.go:1 +0x1\n >\n',
    { order: 'oldest_first' },
  ],
  'headers of which no dump comes are counted the same in any chunks': [
    'panic=boom stack=goroutine 32 [running]:\n<14>1 2026-11-24T43 - - goroutine 7 [running]:',
  ],
  'a part of a line of a log whose newest line is the first is log, and stands where it stands in the input': [
    '2026/11/24 08:14:31.885920 std logger line 6\r\ngorouutine 7 [running]:\r\nmain.f(0x1)\r\n\t/app/main.go:3 +0x1d\r\n' +
      'created by main.main\r\n2026/11/24 08:01:14 http: panic serving 127.0.0.1:35152: boom\r\n' +
      'see goroutine 7 [running]: in the docs\r\npanic: boom\r\nsee goroutine 7 [running]:\r\n...12 frames elided...\r\n' +
      '[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]\r\n \r\ngoroutine 7 [running]:\r\n',
  ],
  'a dump in the beginning of a record that is too long to be read ends where the record does': [
    '[{"textPayload":"goroutine 1 [running]:\\nmain.main()\\n\\t/src/main.go:3 +0x1\\n","labels":{"a":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}},\n{"textPayload":"x"}]\n',
    { limits: { lineBytes: 60 } },
  ],
  "the time of a dump that is told from another at the end of the input is not read out of a chunk that is the caller's again":
    [
      [
        'goroutine 7 [running]:',
        'main.f(0x1)',
        'goroutine 1 [running]:',
        'runtime/pprof.writeGoroutineStacks({0x6890d8})',
      ]
        .map((line) => `{"log":"${line}\\n","stream":"stdout","time":"2026-11-24T05:00:00.123456789Z"}\r\n`)
        .join(''),
    ],
  'a dump in a record of JSON ends where the record does, however much of what follows has been read': [
    '{"log":"...12 frames elided...\\n","stream":"stdout","time":"2026-11-24T05:00:00.123456789Z"}{"log":"{\\"l{\\"level\\":\\"error\\",' +
      '\\"stacktrace\\":\\"goroutine 1 [running]:\\\\nmain.main()\\\\n\\\\t/src/main.go:3 +0x1\\"}\\n","stream":"stdout",' +
      '"time":"2026-11-24T05:00:00.123456789Z"}\r\n{"log":"[PANIC RE\r\n',
  ],
  'a dump that begins in the middle of a string ends where the string does': [
    '{"level":"error","stack":"goroutine 1 [running]:\\nmain.repanic2.func1()\\n2020/02/09 17:43:52 recovered: no such user u1: ' +
      'goroutine 32 [running]:\\n\\t/srv/app/crash/main.go:47 +0x65\\npanic({0x66c520, 0x739410})"}\r\n',
  ],
  'lines of a log are taken twice where a line is held between two dumps': [
    'goroutine 7 [h]:\n\ngoroutine 7 [ng]:\n=\ngoroutin\ne 7 [running]:\n.1\ngoroutine 100 [rung]:\n',
    { order: 'oldest_first' },
  ],
  'a line of another stream that is no line of the carrier makes the next one pass for one of its stream': [
    '\u001b[90m5:11AM\nworker e\n\u001b[90m5:11AM \u001b[32mINF\u001b[0m \u001b[1mgoroutine 1 [rng]:\n' +
      '\u001b[90m5:11AM \u001b[32mINF\u001b[0m \u001b[1mmain.whole()\u001b',
  ],
  'the place of a profile is a line of a stack, however the chunk ends': [
    '#\t0x43d944\truntime.allocm+0xc4\t\t\nx\n\t/usr/local/go/src/runtime/proc.go:193\nx\n\nmain.main()\n' +
      'see goroutine 7 [running]:\n\t\ngoroutine 99\n999999999999999999 [running]:\n{panic: boom [recovered]\n',
    { input: 'plain' },
  ],
  'a header that is put together of pieces is none of a race report': [
    'WARNING: DATA RACE\ngoroutine 7 [chan receive, 3 u\ntes]:\nmain.main()\ngorout\n',
  ],
  'the second of two writers that may have a dump does not hide one in a carrier when the first has ended': [
    'see goroutine 7 [running]: in the docs\nmain.main()\ngoroutine 7 [select] {k: v, "odd": "a]: \\"q\\""}:\n      /app/main.go:3 +0x1d\n' +
      'goroutine 7 [chan receive, 3 minutes]:\n{"t":,"msg":"goroutine 1 [running]:\\nmain.main()\\n\\t/src/main.go:3 +0x1\\n"}\n',
  ],
  'what announces a dump in colours is part of it only where it has waited for one': [
    'SIGQUI\u001b[36T: quit\n\u001b[36mgoroutine 7 [running]:\u001b[0m\n\u001b[36mmain.f(0x1)\u001b[',
  ],
  'the stack of the runtime is none of a race report': [
    'WARNING: DATA RACE\nruntime stack:\nruntime.gcenable(...)\n2026/11/24 08:01:14 http: panic serving 127.0.0.1:35152: boom\n' +
      '\t/usr/local/go/s\nworker goroutine 12 finished in 3ms\nrc/runtime/mgc.go:201 +0x66\n\nruntime.main(...)\n' +
      '\t/usr/local/go/src/runtime/proc.go:210 +0x177\nruntime.goexit(...)\n\t/usr/local/go/src/runtime/asm_amd64.s:1651 +0x1\n',
  ],
  'a line that is held for one of two writers is log when what it fits is over': [
    'goroutine 1 [running]:\ngoroutine 1 [running]:\ncreated by main.main in goroutine 1\n' +
      'one {"a":1}\ntwo {\n{"a":2}\n{"a":3}\n{"a":4}\ngoroutine 7 [running]:"main.f(0x1)\n',
    { limits: { candidateLines: 4 } },
  ],
  'the place to resume goes back when a dump is found in a line that is too long to be read': [
    '"\n:"9007199n# labels: {\\"k\\":\\"v\\"}\\ngoroutine 7goroutine:\\nmain.main()\\npanic=boom sta\\nck=goroutine 32 nning]:\\n' +
      'Read at 0x00c000014098 by goroutine 7:\\ngoroutine 7 [running]:\\nmain.f(',
    { order: 'oldest_first', limits: { lineBytes: 174 } },
  ],
  'a dump in a line that is too long to be read ends behind the carriage return, where its line end is cut in two': [
    '==> . <==\n"t":1e]39,"msg":"goroutine 1 [g]:\\nn.()\\n"\r\n.',
    { order: 'oldest_first', limits: { lineBytes: 33 } },
  ],
  'a line of a log that has a file line in it, behind frames that are past the limit, is passed with those that look like it':
    [
      `goroutine 7 [running]:\nmain.k(0x2)\n\t/app/k.go:3 +0x1d\n${NOTE}${HEROKU}${NOTE}${HEROKU}\t/srv/main.go:10 +0x2a\nx`,
      { limits: { frames: 1 } },
    ],
  'a file line behind frames that were left out is taken for one of the stack': [
    `goroutine 7 [running]:\nmain.f(0x1)\n\t/app/main.go:3 +0x1d\n...12 frames elided...\n\n${HEROKU}created by main.main in goroutine 1\n` +
      `${HEROKU}\t/srv/app/dead/main.go:10 +0x2a\n${HEROKU}\n`,
    { limits: { frames: 1 } },
  ],
  'the last line of the log comes twice, when a string that may have been wrapped is still open': [
    '"me\\"msg\\":\\"goroutine 1 [rg]:\\\\nmain3"}\nabc\n{',
  ],
  'what announces a header without a prefix is found in the log alone, and not in the chunk': [
    '// fatal error: boom\nruntime stack:\n// runtime.throw()\n// \t/u/a.go:8 +0x7\n// main.f()\n// \t/u/a.go:8 +0x7\n',
    { order: 'oldest_first' },
  ],
  'a call behind a header on its line is lost where the texts of many lines are taken at once': [
    '\tgoroutine 5 [running]:\n\tmain.main.main\n\t\t/srn.go:121 +0x149\n\t\n' +
      '\tgoroutine 1 [sleep]: runtime.gopark(0x9b7x6fc23ac00)\n\t\t/go:195 +0x135 fp=0xc0000c3e60 ',
  ],
  'the search of a line that is too long to be read stays where it is, for ever': [
    `{"message":"${'x'.repeat(80)} goroutine 1 [running]: in the docs"}\n`,
    { limits: { lineBytes: 77, preambleBytes: 1 } },
  ],
  'for a dump in a line that is too long to be read, it counts how much of the line has come': [
    '3.100003 2020/02/09 \r\n17:43:52 recovered: no such user u1: goroutine 32 [running]:\\n2026/11/24 05:00:04.100004 panic=boom ' +
      'stack=goroutine 32 [running]:\\n2026/11/24 05:00:05routine 26 [select (no cases)]:\\nmain.idle()\\n\\texample.com/main.go:1 +0xf"}\n',
    { order: 'oldest_first', limits: { lineBytes: 92 } },
  ],
  'of a head in two pieces, the second is log where the line was cut in the first': [
    'goroutine 2 [e)]:\nmain.f(0x1)\ngoroutine 7 [running]:\nmain.app.service[43]: reqker 0 handled\n' +
      'Tue 2026-11-ch.service[77]: request 1 of worker 9 handled\nf(0x1)',
  ],
  'of a line that is too long to be read, a file of tail remembers all, where a chunk ends behind it': [
    '==> b.log <==\n2026/11/24 08:01:14 http: panic serving 127.0.0.1:35152: boom\n\n\t/src/pprof/pprof.go:374 +0x14b\n' +
      'goroutine 7 [running]:\nmain.main()\n',
    { limits: { lineBytes: 43 } },
  ],
  'a file of tail gets its engine, and with it the order of its lines, where a chunk ends within one of them': [
    '==> a.log <==\n}\n\n==> g <==\ngoroutine 7 [g]:\nmain.()\npgoroutine 2 [running]:\n\n==> a.log <==\n +0xd\ncreated by n\n' +
      'goroutine 9 [g]:\nmain.f\n',
  ],
  'a line with a header and a call goes on with prose that ends in a place, where chunks end between them': [
    'see goroutine 7 [running]:\ngoroutine 9999999999 [running]: \ngoroutine 22 [running]:\\nnet/http.(*conn).serve.func1()\nt/http/server.go:1900 +0xbd\n',
  ],
  'what an engine reads is handed on once more, where a stream in it asks for memory': [
    [
      'goroutines: 41 running',
      'goroutine 7 [running]:',
      '*** 3 warnings ***',
      'goroutines: 41 running',
      'x',
      '\t/app/main.go:3 +0x1d',
      'created by main.main',
      '\t/app/main.go:9 +0x2',
      'goroutines: 41 running',
      'Nov 24 05:00:01 host application-with-a-long-name[4711]: goroutine 7 [running]:',
      'Nov 24 05:00:01 host application-with-a-long-name[4711]: main.f(0x1)',
      'Nov 24 05:00:01 host application-with-a-long-name[4711]: \t/app/main.go:3 +0x1d',
      'Nov 24 05:00:01 host application-with-a-long-name[4711]: created by main.main',
      'goroutine 7 [running]:',
      '\t/app/main.go:3 +0x1d',
      'Stack trace: see goroutine 7 [running]: in the docs',
      'Stack trace: #\t0x47\tmain.f+0x1d\t/app/main.go:3',
      'Stack trace: goroutine 7 [chan receive, 3 minutes]:',
      'Stack trace: goroutine 7 [sleep, 99999999999999999999 minutes]:',
      'Stack trace: Goroutine 7 (running) created at:',
    ].join('\n'),
    { limits: { memoryBytes: 20_000 } },
  ],
  'a line that is too long to be read goes on with the string of a wrapped one, in pieces alone': [
    [
      String.raw`{"level":"error","stack":"goroutine 7 [running]:\nmain.f(0x1)\n{\"level\":\"error\",\"stack\":\"goroutine 7 [running]:\\nmain.f(0x1)\\n`,
      String.raw`\\t/app/main.go:3 +0x1d\\ncreated by main.main\"}\n\t/app/main.go:3 +0x1d\ncreated by main.main\n\t/app/main.go:9 +0x2\n` +
        String.raw`      /app/main.go:3 +0x1d\nSIGQUIT: quit\nsee goroutine 7 [running]: in the docs\nruntime.throw(0xf227ff, 0x16)\n` +
        String.raw`2020/02/09 17:43:52 recovered: no such user u1: goroutine 32 [running]:\ngoroutine 1 gp=0xc000002380 m=0 mp=0x5c2f00 [running]:\n` +
        String.raw`2020/02/09 17:43:52 recovered: no such user u1: goroutine 32 [running]:\n\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]\n` +
        String.raw`-----\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x1]\nSIGQUIT: quit\nruntime*throw(0xf227ff, 0x16)\nfatal error: all goroutines are asleep - deadlock!"`,
    ].join('\n'),
    { limits: { lineBytes: 276, preambleBytes: 244 } },
  ],
  'the line after a wrapped string that is over goes to the stream of that string, unless a chunk ends between them': [
    '2026-11-24T05:00:00.100001+00:00 app[web.1]: 2026/11/24 08:01:14 httpktrace=\u001b[0m"goroutine 1 [running]:\\nmain.whole()\\n\\texample.com/loggers/main.go:116 +0x3d\\nmain.main()\\: panic serving 127.0.0.1:35152: boom\n' +
      '2026-11-24T05:00:00.100000+00:00 app[web.1]: ==================\n' +
      '\u001b[90m5:11AM\u001b[0m \u001b[32mINF\u001b[0m \u001b[1mgoroutines of this process\u001b[0m \u001b[36mstacktrace=\u001b[0m"goroutine 1 [running]:\\nmain.whole()\\n\\texample.com/loggers/main\n' +
      '.go:116 +0x3d\\nmain.main()\\n\\texample.com/loggers/main.go:58 +0x34d\\n\\ngoroutine 8 [chan receive]:\\nmain.receive(0x0?)\\n\\texample.com/loggers/main.go:175 +0x15\\nmai',
  ],
}

it.each(Object.entries(FOUND))('%s', (_, [text, options = {}]) => {
  const bytes = Buffer.from(text, 'latin1')
  const each = Array.from({ length: bytes.length - 1 }, (_, i) => i + 1)
  for (const cuts of [each, ...each.map((cut) => [cut])]) expect(check({ bytes, options }, cuts)).toBeUndefined()
})
