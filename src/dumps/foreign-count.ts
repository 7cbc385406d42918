/** Lines between the lines of a dump that are not part of it: how many, and how many bytes. */
export class ForeignCount {
  lines = 0
  bytes = 0

  add(bytes: number): void {
    this.lines++
    this.bytes += bytes
  }

  /** A line that was counted turned out to be a piece of a dump line. */
  remove(bytes: number): void {
    this.lines--
    this.bytes -= bytes
  }

  /** Adds what `other` has counted, and clears it. */
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
