// Preloaded into a measured process (`node --import`): leaves the peak of its resident memory, in bytes, in the file that
// PEAK_FILE names. VmHWM and not getrusage's maxrss, because that one also counts what the process was before its exec.
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
