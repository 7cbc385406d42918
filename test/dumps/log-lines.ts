/** Log lines as many loggers, programs and languages write them. None is a line that Go prints in a dump. */

const WORDS =
  'request worker cache upstream backup snapshot main server loader timeout payload session uptime goroutine db shop'.split(
    ' ',
  )
const FORMS: readonly ((w: string, v: string, n: number) => string)[] = [
  // Go: log, zap, zerolog, logrus, slog, klog, hclog, apex, charm.
  (w, v, n) => `2026/11/24 08:14:${two(n)} ${w} ${v} done`,
  (w, v, n) => `2026/11/24 08:14:${two(n)} ${w}.go:${n}: ${v}`,
  (w, v, n) => `2026-11-24T08:14:${two(n)}.123Z\tINFO\t${w}/${v}.go:${n}\t${w} handled\t{"id": ${n}}`,
  (w, v, n) => `2026-11-24T08:14:${two(n)}.123Z\tERROR\t${v}\t${w} failed\t{"error": "EOF"}`,
  (w, v, n) => `{"level":"info","ts":17000${n}.5,"caller":"${w}/${v}.go:${n}","msg":"${w}"}`,
  (w, v, n) => `8:14AM INF ${w} handled id=${n} by=${v}`,
  (w, v, n) => `time="2026-11-24T08:14:${two(n)}Z" level=info msg="${w} ${v}" id=${n}`,
  (w, v, n) => `time=2026-11-24T08:14:${two(n)}.123Z level=INFO source=/src/${w}.go:${n} msg=${v}`,
  (w, v, n) => `level=info ts=2026-11-24T08:14:${two(n)}Z caller=${w}.go:${n} component=${v}`,
  (w, v, n) => `I1124 08:14:${two(n)}.515399   26313 ${w}.go:${n}] ${v}`,
  (w, v, n) => `2026-11-24T08:14:${two(n)}.336Z [DEBUG] plugin.${w}_v${n}: ${v}`,
  (w, v, n) => `INFO[00${two(n)}] ${w} ${v}   id=${n}`,
  (w, v, n) => `08:14:${two(n)} WRN <${w}/${v}.go:${n}> slow`,
  // Names, keys and files that contain the beginning of a log line.
  (w, v, n) => `${w}time=${n}s ok ${v}`,
  (w, v, n) => `up${'time'}=${n}s ok ${w} ${v}`,
  (w, v, n) => `${w}level=info ${v}=${n}`,
  (w, v, n) => `APP_${w.toUpperCase()}: ${v} stopped ${n}`,
  (w, v, n) => `${w}_${v.toUpperCase()}=${n}`,
  (w, v, n) => `${w}ERROR: ${v} ${n}`,
  (w, v, n) => `${w}.ERROR: ${v} ${n}`,
  (w, v, n) => `${w}-2026-11-24T08:14:${two(n)} ${v} written`,
  (w, v, n) => `${w}_2026-11-24 08:14:${two(n)}.log ${v}`,
  (w, v, n) => `${w}.log.2026-11-24T08:14:${two(n)} rotated by ${v}`,
  (w, v, n) => `${w}{"id":${n}} ${v}`,
  (w, v, n) => `${w}<${n}> ${v}`,
  (w, v, n) => `${w}[${n}]: ${v}`,
  (w, v, n) => `goroutine ${n} of ${w} ${v}`,
  (w, v, n) => `goroutines: ${n} ${w}/${v}`,
  (w, v, n) => `created by user ${n} of ${w}.${v}`,
  (w, v, n) => `created ${w}.${v} (${n})`,
  (w, v, n) => `panic: level ${n} in ${w} ${v} is not one`.replace('panic: ', 'no panic '),
  // Calls, places, addresses.
  (w, v, n) => `${w}.${v}(${n}) took 3ms`,
  (_w, _v, n) => `done(${n})`,
  (w, v) => `${w}.${v}()`,
  (w, v, n) => `  listening on 0.0.0.0:${8000 + n} ${w === v ? '' : 'for'}:${n}`,
  (w, v, n) => `\tserving http://${w}.${v}.svc:${8000 + n}`,
  (w, v, n) => `${w}.${v}.svc:${8000 + n}`,
  (w, v, n) => `    at ${w} /srv/${v}.js:${n}`,
  (w, v, n) => `    at Object.${w} (/srv/${v}.js:${n}:7)`,
  (w, v, n) => `\tat com.example.${w}.${v}(Foo.java:${n})`,
  (w, v, n) => `  File "/srv/${w}.py", line ${n}, in ${v}`,
  (w, v, n) => `\tfrom /srv/${w}.rb:${n}:in '${v}'`,
  (w, v, n) => `#${n} /srv/${w}.php(${n}): ${v}()`,
  (w, v, n) => `   ${n}: ${w}::${v}::h0123456789abcdef`,
  (w, v, n) => `             at /src/${w}/${v}.rs:${n}`,
  (w, v, n) => `   at ${w}.${v}() in /src/${w}.cs:line ${n}`,
  (w, v, n) => `    #${n} 0x4a1b2c in ${w} /src/${v}.c:${n}:5`,
  (w, v, n) => `    ${w}_test.go:${n}: ${v}`,
  (w, v, n) => `    ${w}_test.go:${n}: \n\t\tError Trace:\t/src/a.go:7\n\t\t            \t/src/${w}_${v}.go:${n}`,
  (w, v, n) => `${w} failed: EOF\nmain.${w}.${v}\n\t/src/${w}/${v}.go:${n}`,
  // Servers.
  (w, v, n) => `127.0.0.1 - - [24/Nov/2026:08:14:${two(n)} +0000] "GET /${w} HTTP/1.1" 200 ${n} "-" "${v}"`,
  (w, v, n) => `[GIN] 2026/11/24 - 08:14:${two(n)} | 200 |  1.${n}ms | 127.0.0.1 | GET "/${w}/${v}"`,
  (w, v, n) => `Nov 24 08:14:${two(n)} web-1 ${w}[${n}]: ${v}`,
  (w, v, n) => `2026-11-24 08:14:${two(n)}.123 UTC [${n}] LOG:  ${w} ${v}`,
  (w, v, n) => `[${two(n)}.123456] ${w}: ${v}`,
  (w, v, n) => `${w}_${v}_total{code="200"} ${n}`,
  (w, v, n) => `- name: ${w}\n  port: ${n} # ${v}`,
  (w, v, n) => `\u001b[31m${w}\u001b[0m ${v} ${n}`,
  (w, v, n) => `caf\u00e9 ${w} ${n} ${v}`,
]

/** `count` lines, the same each time. */
export function logLines(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const form = FORMS[i % FORMS.length] as (w: string, v: string, n: number) => string
    const at = Math.floor(i / FORMS.length)
    return form(WORDS[at % WORDS.length] ?? '', WORDS[(at * 7 + i) % WORDS.length] ?? '', (i * 31) % 60)
  })
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}
