/** The words of a prefix that name a stream, in the forms of kubectl, compose and Cloud Foundry. */
import { utf8Of } from '../core/latin1.ts'
import type { StreamNames } from './carrier.ts'

/** `[pod/web-7d9f-abc12/app]`: kubectl logs --prefix (`staging/src/k8s.io/kubectl/pkg/cmd/logs/logs.go`, addPrefixIfNeeded). */
const KUBECTL = /^\[pod\/([^/\]]+)\/([^/\]]+)\]$/
/** `[APP/PROC/WEB/0]`: cf logs (docs.cloudfoundry.org, "Log types and their messages"). */
const CLOUD_FOUNDRY = /^\[(?:APP|RTR|STG|API|CELL|SSH|LGR)(?:\/[\w-]+)*\/(\d+)\]$/
/** `E/GoLog   ( 1234): `: a level, a tag and a process, as logcat prints them in its form `brief`. */
const LOGCAT = /^[VDIWEFA]\/([\w.$-]+)(?:\((?:\d+\):?)?)?$/
const LOGCAT_PID = /^\d+\):?$/
const STREAMS: ReadonlyMap<string, string> = new Map([
  ['stdout', 'stdout'],
  ['stderr', 'stderr'],
  ['OUT', 'stdout'],
  ['ERR', 'stderr'],
])

/** Parsed on demand: most of what may become a dump does not. */
export class PrefixNames implements StreamNames {
  readonly #key: string
  #read: StreamNames | undefined

  /** `key`: the words, each followed by a NUL. */
  constructor(key: string) {
    this.#key = key
  }

  get source(): string {
    return this.#names.source
  }

  get attributes(): Readonly<Record<string, string>> {
    return this.#names.attributes
  }

  get #names(): StreamNames {
    this.#read ??= streamNames(this.#key.split('\0').slice(0, -1))
    return this.#read
  }
}

function streamNames(words: readonly string[]): StreamNames {
  const attributes: Record<string, string> = {}
  const names: string[] = []
  for (const word of words.map(utf8Of)) {
    const stream = STREAMS.get(word)
    const isBracketed = word.startsWith('[')
    const pod = isBracketed ? KUBECTL.exec(word) : null
    const logcat = word[1] === '/' ? LOGCAT.exec(word) : null
    const instance = isBracketed && pod === null ? CLOUD_FOUNDRY.exec(word) : null
    if (stream !== undefined) attributes['log.iostream'] = stream
    else if (pod !== null) {
      attributes['k8s.pod.name'] = pod[1] ?? ''
      attributes['k8s.container.name'] = pod[2] ?? ''
      names.push(`${pod[1]}/${pod[2]}`)
    } else if (logcat !== null) names.push(logcat[1] ?? '')
    else if (!LOGCAT_PID.test(word)) {
      if (instance !== null) attributes['service.instance.id'] = instance[1] ?? ''
      names.push(word.replace(/[:|>]$/, ''))
    }
  }
  return { source: names.join(' '), attributes }
}
