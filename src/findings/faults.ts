/**
 * What is wrong with a leak, if the stacks prove it, and what to do about it. A leak that matches no row has no hint: a wrong hint is worse
 * than none.
 */
import type { SignatureTally } from '../core/model.ts'

interface FaultRow {
  readonly fault: string
  /** What the stacks show. */
  readonly when: string
  readonly state: RegExp
  /** A function on the stack. */
  readonly inner?: RegExp
  readonly hint: string
  readonly source: string
}

export const FAULTS: readonly FaultRow[] = [
  {
    fault: 'nil_channel',
    when: 'it waits on a nil channel',
    state: /^chan (?:receive|send) \(nil chan\)$/,
    hint: 'the channel was never made, was set to nil, or is the Done of a context that nobody can cancel: make it first, or do not wait for it',
    source: 'Go specification, Receive operator, Send statements',
  },
  {
    fault: 'empty_select',
    when: 'it waits in a select without cases',
    state: /^select \(no cases\)$/,
    hint: 'wait for ctx.Done() instead of select {}',
    source: 'Go specification, Select statements',
  },
  {
    fault: 'body_never_closed',
    when: 'the connection waits until the body of the response is read or closed',
    state: /^select$/,
    inner: /^net\/http\.\(\*persistConn\)\.readLoop$/,
    hint: 'read the response body to its end and close it on every path: defer resp.Body.Close()',
    source: 'net/http/transport.go readLoop, waitForBodyRead',
  },
  {
    fault: 'rows_never_closed',
    when: 'the watcher of a query waits for its rows to be closed',
    state: /^select$/,
    inner: /^database\/sql\.\(\*Rows\)\.awaitDone$/,
    hint: 'close the rows on every path: defer rows.Close()',
    source: 'database/sql/sql.go awaitDone',
  },
  {
    fault: 'transaction_never_ended',
    when: 'the watcher of a transaction waits for its end',
    state: /^(?:select|chan receive)$/,
    inner: /^database\/sql\.\(\*Tx\)\.awaitDone$/,
    hint: 'end the transaction on every path: defer tx.Rollback(), which does nothing after Commit',
    source: 'database/sql/sql.go awaitDone',
  },
  {
    fault: 'command_never_waited_for',
    when: 'the watcher of a command waits for its end',
    state: /^(?:select|chan send)$/,
    inner: /^os\/exec\.\(\*Cmd\)\.(?:watchCtx|Start)\.func\d/,
    hint: 'call Wait on every command that was started',
    source: 'os/exec/exec.go watchCtx',
  },
  {
    fault: 'iterator_never_stopped',
    when: 'the iterator waits until its next value is asked for, or until it is stopped',
    state: /^coroutine$/,
    inner: /^iter\.Pull2?\[/,
    hint: 'stop the iterator on every path: defer stop()',
    source: 'iter/iter.go Pull',
  },
  {
    fault: 'context_never_cancelled',
    when: 'the context package waits for a parent or child that is never done',
    state: /^select$/,
    inner: /^context\.(?:\(\*cancelCtx\)\.propagateCancel|propagateCancel)\.func\d/,
    hint: 'call the cancel function on every path: defer cancel()',
    source: 'context/context.go propagateCancel',
  },
  {
    fault: 'pipe_without_other_end',
    when: 'it waits for the other end of an io.Pipe',
    state: /^(?:select|sync\.Cond\.Wait)$/,
    inner: /^io\.\(\*pipe\)\.(?:read|write|Read|Write)$/,
    hint: 'close the other end of the pipe when it stops: CloseWithError in a defer',
    source: 'io/pipe.go',
  },
  {
    fault: 'loop_without_end',
    when: 'it sleeps in a loop that nobody stops',
    state: /^sleep$/,
    inner: /^time\.Sleep$/,
    hint: 'end the loop: select on ctx.Done() beside a timer instead of time.Sleep',
    source: 'runtime/time.go timeSleep',
  },
  {
    fault: 'send_without_receiver',
    when: 'it waits to send',
    state: /^chan send$/,
    hint: 'the receiver has given up, or was never there: give the channel room for the value, or select on ctx.Done() beside the send',
    source: 'runtime/chan.go chansend',
  },
]

/** For goroutines that leak; undefined if the stacks prove no fault. */
export function faultOf({ signature, states }: SignatureTally): FaultRow | undefined {
  const { frames } = signature.stack
  return FAULTS.find(
    ({ state, inner }) =>
      states.size > 0 &&
      [...states.keys()].every((each) => state.test(each)) &&
      (inner === undefined || frames.some((frame) => inner.test(frame.function))),
  )
}
