/**
 * Function names which say that the function begins something that stays, or waits for what comes next. Goroutines in such a function, or
 * started by it, may be kept on purpose although their starter has exited. That happens where hooks assemble an application, each in a separate
 * goroutine (go.uber.org/fx/app.go withTimeout), or where the first request starts what later requests use.
 */
import { fact } from '../core/facts.ts'
import type { Signature } from '../core/model.ts'
import { flagOfName, nameOf, namesOf } from '../core/names.ts'
import { declaredNameOf } from '../stacks/last-name.ts'
import { isStandard } from '../stacks/title.ts'
import { creatorOf } from './kin.ts'

interface Row {
  readonly what: string
  /** Matches the name of a function in lower case, without package and receiver. */
  readonly named: RegExp
  /** Names from the standard library of this kind. */
  readonly source: string
}

export const KEEPING: readonly Row[] = [
  {
    what: 'it begins what stays',
    named:
      /^(?:new|start|run|serve|open|launch|spawn|set_?up|listen|watch|subscribe|register|provide|boot|main|build|make|create|connect|dial|attach|enable|schedule|invoke|go|add|with|on|after|ensure|keep|background)/,
    source:
      'time.NewTicker, http.Serve, os/exec (*Cmd).Start, signal.NotifyContext, context.WithCancel, context.AfterFunc',
  },
  {
    what: 'it waits for what comes next',
    named:
      /^(?:wait|take|next|get|recv|receive|read|accept|fetch|pull|pop|dequeue|poll|consume|collect|gather|drain|follow|tail|monitor|observe|subscribe|stream|session|feed)/,
    source:
      'iter.Pull next, (*net.TCPListener).Accept, (*sync.Cond).Wait, (*textproto.Reader).ReadLine, os/signal.signal_recv',
  },
  {
    what: 'it does the same work over and over',
    named:
      /^(?:handle|process|work|dispatch|deliver|forward|relay|broadcast|pump|notif|sync|supervis|reconcile|loop|flush|reap|sweep|evict|refresh|reload|rotate|expire|gc|clean|tick|ping|heart|lead|elect|campaign|park|idle|hold|sleep|block|manage|maintain|control)|^(?!enter|order|offer|transfer|trigger|filter|answer|render|recover|discover).*(?:er|or|loop)$/,
    source: 'net/http (*persistConn).readLoop, database/sql (*DB).connectionOpener, runtime.bgsweep',
  },
  {
    what: 'it waits for an end',
    named: /(?:done|stop|stopped|close|closed|exit|quit|shutdown|forever)$/,
    source: 'database/sql (*Tx).awaitDone, (*http.Server).Shutdown',
  },
]

const mayKeep = flagOfName(({ text }) => {
  if (isStandard(text)) return false
  const name = declaredNameOf(text).toLowerCase()
  return name === '' || KEEPING.some(({ named }) => named.test(name))
})

/** Does the name of any function on its stack, or of its creator, say so? Without a known creator the answer is yes. */
export const isKeptByName: (signature: Signature) => boolean = fact((signature: Signature) => {
  const creator = creatorOf(signature)
  return creator === '' || mayKeep(nameOf(creator)) || namesOf(signature.stack).some(mayKeep)
})
