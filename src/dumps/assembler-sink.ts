/** What an assembler tells, and asks, whoever has made it. */

import type { Signature } from '../core/model.ts'
import type { HeaderInfo } from '../text/header.ts'
import type { FinishedDump, Opening } from './dump.ts'

export interface AssemblerSink {
  /** A dump may begin at `start` of the input. */
  opening(start: number): Opening
  dump(dump: FinishedDump): void
  goroutine(id: number, info: HeaderInfo, signature: Signature | undefined): void
}
