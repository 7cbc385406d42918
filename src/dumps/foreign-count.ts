/** Lines that stand between the lines of a dump and are not part of it: how many, and how many bytes. */
export class ForeignCount {
  lines = 0
  bytes = 0

  add(bytes: number): void {
    this.lines++
    this.bytes += bytes
  }

  /** A line that was counted is a piece of a dump line after all. */
  remove(bytes: number): void {
    this.lines--
    this.bytes -= bytes
  }

  /** Adds what `other` has counted, which starts over. */
  takeOver(other: ForeignCount): void {
    this.lines += other.lines
    this.bytes += other.bytes
    other.clear()
  }

  clear(): void {
    this.lines = 0
    this.bytes = 0
  }
}
