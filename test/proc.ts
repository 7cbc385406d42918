/** How far a process has come, as Linux tells it (proc(5)): what waits for that waits no fixed time. */
import { readdirSync, readlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** Until the process has the file open. */
export async function opened(pid: number | undefined, path: string): Promise<void> {
  const files = `/proc/${pid}/fd`
  const fileOf = (fd: string): string => {
    try {
      return readlinkSync(`${files}/${fd}`)
    } catch {
      return 'closed meanwhile'
    }
  }
  while (!readdirSync(files).some((fd) => fileOf(fd) === path)) await delay(5)
}
