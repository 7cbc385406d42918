/** An engine that wraps another one, and answers with the inner engine's answers unless overridden. */
import { type Engine, type EngineStats, NO_STATS } from './contract.ts'

export abstract class EngineAround implements Engine {
  /** Undefined until it is known which engine it will be. */
  protected abstract get inner(): Engine | undefined

  get stats(): EngineStats {
    return this.inner?.stats ?? NO_STATS
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
