/** An engine around another one: it says what that one says, where it does not know better. */
import type { Engine, EngineStats } from './contract.ts'
import { NOTHING } from './stats.ts'

export abstract class EngineAround implements Engine {
  /** Undefined as long as it is not known which one it is to be. */
  protected abstract get inner(): Engine | undefined

  get stats(): EngineStats {
    return this.inner?.stats ?? NOTHING
  }

  get faults(): readonly string[] {
    return this.inner?.faults ?? []
  }

  get notices(): readonly string[] {
    return this.inner?.notices ?? []
  }

  get isNewestFirst(): boolean {
    return this.inner?.isNewestFirst === true
  }

  get settled(): number {
    return this.inner?.settled ?? 0
  }

  get resumeAt(): number {
    return this.inner?.resumeAt ?? 0
  }

  get open(): boolean {
    return this.inner?.open ?? false
  }

  abstract push(chunk: Uint8Array): void
  abstract tick(now: number): void
  abstract end(): void
}
