/**
 * CRI, as kubelet and containerd write it (kubernetes/cri-api, `pkg/kubelet/kuberuntime/logs`): a line longer than 16 KiB comes in
 * parts tagged P, the last one F.
 *
 *     2026-11-24T05:00:00.123456789Z stdout F goroutine 7 [running]:
 */
import type { Carrier, Envelope } from './carrier.ts'

const LINE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([PF])(?::\S*)? /

export const cri: Carrier = {
  name: 'cri',
  read(line): Envelope | undefined {
    const m = LINE.exec(line.toString('latin1', 0, 96))
    if (m === null) return undefined
    return {
      key: m[2] ?? '',
      text: line.subarray(m[0].length),
      partial: m[3] === 'P',
      time: Date.parse((m[1] ?? '').replace(/(\.\d{3})\d+/, '$1')),
      attributes: { 'log.iostream': m[2] ?? '' },
    }
  },
}
