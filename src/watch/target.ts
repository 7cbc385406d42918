/**
 * The process that a signal asks for a dump. Before each signal we check that it is still the same process, that it is a Go program, and that it
 * catches the signal: an uncaught signal ends a process.
 *
 * | signal                          | what a Go program without a handler does (os/signal, runtime/sigtab_linux_generic.go)            |
 * |---------------------------------|--------------------------------------------------------------------------------------------------|
 * | USR1, USR2, ALRM, WINCH, …      | nothing: the runtime catches and drops it                                                        |
 * | QUIT, ABRT, ILL, TRAP, SYS, …   | dumps all goroutines to stderr and exits                                                         |
 * | HUP, INT, TERM                  | exits                                                                                            |
 * | KILL, STOP, TSTP, TTIN, TTOU    | cannot be caught, or stops the process                                                           |
 */
import { readdirSync } from 'node:fs'
import { constants } from 'node:os'
import { DumpstreamError } from '../core/errors.ts'
import { systemErrorCode, systemErrorText } from '../core/system-error.ts'
import { identifyProcess, nameOf, type ProcessIdentity, readProc } from '../input/process.ts'
import { isGoBinary } from './go-binary.ts'

const ENDING = /^SIG(?:HUP|INT|QUIT|ILL|TRAP|ABRT|IOT|BUS|FPE|SEGV|PIPE|STKFLT|TERM|SYS)$/
const DUMPS_AND_ENDS = /^SIG(?:QUIT|ABRT|IOT|ILL|TRAP|SYS|STKFLT)$/
const NEVER = /^SIG(?:KILL|STOP|TSTP|TTIN|TTOU)$/

export interface SignalChoice {
  /** `SIGUSR2` */
  readonly name: NodeJS.Signals
  readonly number: number
}

/** `USR2`, `sigusr2` or `12`; undefined when there is no such signal. */
export function readSignal(text: string): SignalChoice | undefined {
  const wanted = text.toUpperCase()
  for (const [name, number] of Object.entries(constants.signals)) {
    if (isSignal(name) && (name === wanted || name === `SIG${wanted}` || String(number) === text))
      return { name, number }
  }
  return undefined
}

function isSignal(name: string): name is NodeJS.Signals {
  return name in constants.signals
}

/** Why this signal is not sent; undefined when it may be. */
export function objectionTo({ name }: SignalChoice, iKnow: boolean): string | undefined {
  if (NEVER.test(name))
    return `${name} does not make a dump: it can't be handled, or stops the process; name the signal that the service handles`
  if (iKnow || !ENDING.test(name)) return undefined
  const how = DUMPS_AND_ENDS.test(name) ? 'ends a Go program after its dump' : 'ends a Go program'
  return `${name} ${how}, unless it has a handler; --i-know sends it anyway`
}

export class Target {
  readonly #process: ProcessIdentity
  readonly #signal: SignalChoice
  readonly #iKnow: boolean

  /** @throws DumpstreamError if there is no such process */
  constructor(pid: number, signal: SignalChoice, iKnow: boolean) {
    const found = identifyProcess(pid)
    if (found === undefined) throw refusal(`no process has pid ${pid}; pgrep finds a pid by name`)
    this.#process = found
    this.#signal = signal
    this.#iKnow = iKnow
  }

  get ended(): boolean {
    return this.#process.ended()
  }

  /** @throws DumpstreamError with advice, if the signal should not be sent */
  check(): void {
    const { pid } = this.#process
    if (this.ended) throw refusal(`process ${pid} has ended`)
    if (!this.#iKnow) checkIsGo(pid)
    if (catches(pid, this.#signal.number)) return
    const { name } = this.#signal
    throw refusal(`process ${pid} (${nameOf(pid)}) does not catch ${name}, which would end it; ${wayToDump(name)}`)
  }

  /** @throws DumpstreamError */
  send(): void {
    this.check()
    const { pid } = this.#process
    try {
      process.kill(pid, this.#signal.name)
    } catch (error) {
      const why =
        systemErrorCode(error) === 'EPERM' ? 'no permission; run as its user or with sudo' : systemErrorText(error)
      throw refusal(`can't signal process ${pid}: ${why}`)
    }
  }
}

function wayToDump(name: string): string {
  return `let the service write its stacks on ${name} (signal.Notify), or use --url with net/http/pprof`
}

function checkIsGo(pid: number): void {
  let isGo: boolean | undefined
  try {
    isGo = isGoBinary(`/proc/${pid}/exe`)
  } catch (error) {
    const why =
      systemErrorCode(error) === 'EACCES' ? 'no permission; run as its user or with sudo' : systemErrorText(error)
    throw refusal(`can't tell whether process ${pid} (${nameOf(pid)}) is a Go program: ${why}`)
  }
  if (isGo === true) return
  const child = goChildOf(pid)
  const what =
    isGo === false ? 'is not a Go program' : 'does not say whether it is a Go program (its sections are stripped)'
  const advice = child === undefined ? '--i-know signals it anyway' : `its child ${child} (${nameOf(child)}) is one`
  throw refusal(`process ${pid} (${nameOf(pid)}) ${what}; ${advice}`)
}

/** A child that is a Go program, since services are often started by a shell. */
function goChildOf(pid: number): number | undefined {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap(
      (task) => readProc(`/proc/${pid}/task/${task}/children`)?.trim().split(' ') ?? [],
    )
    return children.map(Number).find((child) => child > 0 && isGoBinary(`/proc/${child}/exe`) === true)
  } catch {
    return undefined
  }
}

/** Bit mask of caught signals, bit 0 for signal 1 (proc_pid_status(5)). */
function catches(pid: number, signal: number): boolean {
  const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readProc(`/proc/${pid}/status`) ?? '')?.[1]
  return mask !== undefined && ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n
}

function refusal(text: string): DumpstreamError {
  return new DumpstreamError('DS_INPUT', text)
}
