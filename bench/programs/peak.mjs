// Preloaded into a measured process (`node --import`): writes its peak resident memory, in bytes, to the file named by PEAK_FILE. Uses VmHWM and not
// the maxrss of getrusage, which includes what the process was before its exec.
import { readFileSync, writeFileSync } from 'node:fs'

process.on('exit', () => {
  let bytes = process.resourceUsage().maxRSS * 1024
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]
    if (kib !== undefined) bytes = Number(kib) * 1024
  } catch {
    // Not Linux.
  }
  writeFileSync(process.env.PEAK_FILE, String(bytes))
})
