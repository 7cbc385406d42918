/**
 * URLs for the files of a stack. Modules in the module cache have their version in their path, and so does the Go distribution of a toolchain;
 * for the service's own files `--source-url` is used.
 */
import type { StackFrame } from '../last-dumps.ts'

/** Well-known import paths whose code is on another host; `$1` is the next element of the path. */
const MOVED: readonly (readonly [RegExp, string])[] = [
  [/^golang\.org\/x\/([^/]+)/, 'github.com/golang/$1'],
  [/^google\.golang\.org\/grpc(?=\/|$)/, 'github.com/grpc/grpc-go'],
  [/^google\.golang\.org\/protobuf(?=\/|$)/, 'github.com/protocolbuffers/protobuf-go'],
  [/^go\.uber\.org\/([^/]+)/, 'github.com/uber-go/$1'],
  [/^go\.opentelemetry\.io\/otel(?=\/|$)/, 'github.com/open-telemetry/opentelemetry-go'],
  [/^k8s\.io\/([^/]+)/, 'github.com/kubernetes/$1'],
  [/^sigs\.k8s\.io\/([^/]+)/, 'github.com/kubernetes-sigs/$1'],
  [/^go\.etcd\.io\/([^/]+)/, 'github.com/etcd-io/$1'],
  [/^gopkg\.in\/([^./]+)\.v\d+/, 'github.com/go-$1/$1'],
  [/^gopkg\.in\/([^./]+\/[^./]+)\.v\d+/, 'github.com/$1'],
]

/** Hosts whose repositories are two elements deep, and the path under which they show a file at a tag. */
const HOSTS: readonly (readonly [RegExp, string])[] = [
  [/^github\.com\/[^/]+\/[^/]+/, '/blob/'],
  [/^gitlab\.com\/[^/]+\/[^/]+/, '/-/blob/'],
  [/^codeberg\.org\/[^/]+\/[^/]+/, '/src/tag/'],
]

/** `v0.0.0-20230102150405-abcdef012345`: https://go.dev/ref/mod#pseudo-versions */
const PSEUDO = /[-.]\d{14}-([0-9a-f]{12})$/
/** Placeholder for the line number. */
const LINE = '{line}'

export class SourceLinks {
  readonly #template: string | undefined
  /** Folders that contain the service's module, longest first, each with a trailing slash. */
  readonly #roots: readonly string[]

  /** `frames`: any frames of the service, in any order; the folders of its packages are derived from them. */
  constructor(template: string | undefined, frames: Iterable<StackFrame>) {
    this.#template = template
    this.#roots = template === undefined ? [] : rootsOf(frames)
  }

  /** A URL in which `{line}` is to be replaced; undefined if unknown. */
  urlOf(file: string): string | undefined {
    const path = file.replaceAll('\\', '/')
    return moduleUrl(path) ?? goUrl(path) ?? this.#ownUrl(path)
  }

  #ownUrl(path: string): string | undefined {
    if (this.#template === undefined || path.startsWith('<') || isGoroot(path)) return undefined
    const root = this.#roots.find((each) => path.startsWith(each)) ?? ''
    return this.#template.replaceAll('{path}', () => encoded(path.slice(root.length).replace(/^\/+/, '')))
  }
}

/** `/root/go/pkg/mod/github.com/jackc/pgx/v5@v5.5.0/conn.go`, and with -trimpath `github.com/jackc/pgx/v5@v5.5.0/conn.go`. */
function moduleUrl(path: string): string | undefined {
  const m = /^(?:.*\/pkg\/mod\/)?([^@]+)@(v\d[^/]*)\/(.+)$/.exec(path)
  const [, escaped = '', version = '', rest = ''] = m ?? []
  if (m === null || escaped.startsWith('/') || escaped.startsWith('golang.org/toolchain')) return undefined
  // The module cache writes a capital as `!` and the lower-case letter: https://go.dev/ref/mod#goproxy-protocol
  const unescaped = (text: string): string => text.replace(/!([a-z])/g, (_, letter: string) => letter.toUpperCase())
  const module = unescaped(escaped)
  const moved = MOVED.find(([pattern]) => pattern.test(module))
  const place = moved === undefined ? module : module.replace(moved[0], moved[1])
  for (const [pattern, blob] of HOSTS) {
    const repository = pattern.exec(place)?.[0]
    if (repository === undefined) continue
    // A module below the root of its repository has its folder in its tags; a major version is usually not a folder.
    const folder = place.slice(repository.length + 1).replace(/(?:^|\/)v\d+$/, '')
    const commit = PSEUDO.exec(version)?.[1]
    const tag = `${folder === '' ? '' : `${folder}/`}${version.replace(/\+incompatible$/, '')}`
    const file = `${folder === '' ? '' : `${folder}/`}${unescaped(rest)}`
    return `https://${encoded(repository)}${blob}${encoded(commit ?? tag)}/${encoded(file)}#L${LINE}`
  }
  return `https://pkg.go.dev/${encoded(module)}@${encoded(version)}`
}

/** The distribution has its version in its folder if the go command has fetched it, or if several versions are installed. */
function goUrl(path: string): string | undefined {
  const m =
    /(?:toolchain@v0\.0\.1-|\/(?:sdk\/)?)(go1\.\d+(?:\.\d+|rc\d+|beta\d+)?)(?:\.[a-z0-9]+-[a-z0-9]+)?\/src\/(.+)$/.exec(
      path,
    )
  return m === null ? undefined : `https://github.com/golang/go/blob/${m[1]}/src/${encoded(m[2] ?? '')}#L${LINE}`
}

/** Packages of the distribution, recognized by the first element of their path, which has no dot. */
const GOROOT =
  /^(?:.*\/go\/src\/)?(?:archive|bufio|bytes|compress|container|context|crypto|database|debug|encoding|errors|flag|fmt|go|hash|html|image|index|internal|io|iter|log|maps|math|mime|net|os|path|plugin|reflect|regexp|runtime|slices|sort|strconv|strings|sync|syscall|testing|text|time|unicode|unique|unsafe|vendor\/golang\.org)\//

/** Is it a file of the Go distribution? `path`: as a dump prints it. */
export function isGoroot(path: string): boolean {
  return GOROOT.test(path.startsWith('/') ? path.replace(/^.*?\/src\//, '') : path)
}

/**
 * `content_svr/cron.(*Cron).step2` in `/app/cron/cron.go`: package and folder both end in `cron`, so the module is in `/app`. If built with
 * -trimpath, the file begins with the module's path: `github.com/acme/shop/`, or its first element.
 */
function rootsOf(frames: Iterable<StackFrame>): string[] {
  const roots = new Set<string>()
  for (const { function: name, file } of frames) {
    if (file === '' || /@|(?:^|\/)vendor\//.test(file) || isGoroot(file)) continue
    const folder = file.split('/').slice(0, -1)
    if (!file.startsWith('/')) {
      const depth = moduleDepth(folder[0] ?? '')
      if (folder.length >= depth) roots.add(`${folder.slice(0, depth).join('/')}/`)
      continue
    }
    const elements = packageOf(name).split('/')
    let shared = 0
    while (shared < elements.length && elements.at(-1 - shared) === folder.at(-1 - shared)) shared++
    // A checkout often has the name of its repository: the module's own path ends before that.
    shared = Math.max(0, Math.min(shared, elements.length - moduleDepth(elements[0] ?? '')))
    // Package main says nothing about its folder.
    if (shared > 0 || elements.length > 1) roots.add(`${folder.slice(0, folder.length - shared).join('/')}/`)
  }
  return [...roots].sort((a, b) => b.length - a.length)
}

/** Minimum number of elements in a module's path: `github.com/acme/shop`, `go.uber.org/zap`, `content_svr`. */
function moduleDepth(first: string): number {
  if (!first.includes('.')) return 1
  return /^(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)$/.test(first) ? 3 : 2
}

/** `a/b.(*T).m` → `a/b`: the package ends at the first dot after the last slash outside brackets. */
export function packageOf(name: string): string {
  const bracket = name.search(/[([]/)
  const path = bracket === -1 ? name : name.slice(0, bracket)
  const slash = path.lastIndexOf('/')
  const dot = path.indexOf('.', slash + 1)
  // The linker writes a dot in the last element of an import path as `%2e`.
  return (dot === -1 ? path : path.slice(0, dot)).replaceAll('%2e', '.')
}

function encoded(path: string): string {
  return path
    .split('/')
    .map((element) => encodeURIComponent(element.replace(/\p{Cs}/gu, '\ufffd')).replaceAll('%40', '@'))
    .join('/')
}
