/**
 * Vector (vector.dev, sources `file`, `kubernetes_logs`, `docker_logs`, `journald` behind a JSON codec).
 *
 *     {"message":"goroutine 7 [running]:","timestamp":"2026-11-24T07:00:00Z","source_type":"file","file":"/var/log/app.log","host":"h"}
 */
import type { Dialect } from './json.ts'

export const vector: Dialect = {
  name: 'vector',
  text: ['message'],
  requires: [['source_type']],
  time: ['timestamp'],
  streams: [
    { path: 'host', attribute: 'host.name', named: false },
    { path: 'kubernetes.pod_namespace', attribute: 'k8s.namespace.name', named: true },
    { path: 'kubernetes.pod_name', attribute: 'k8s.pod.name', named: true },
    { path: 'kubernetes.container_name', attribute: 'k8s.container.name', named: true },
    { path: 'kubernetes.pod_uid', attribute: 'k8s.pod.uid', named: false },
    { path: 'container_name', attribute: 'container.name', named: true },
    { path: 'container_id', attribute: 'container.id', named: false },
    { path: '_SYSTEMD_UNIT', attribute: 'systemd.unit', named: true },
    { path: '_PID', attribute: 'process.pid', named: true },
    { path: 'appname', attribute: 'service.name', named: true },
    { path: 'procid', attribute: 'process.pid', named: true },
    { path: 'file', attribute: 'log.file.path', named: true },
    { path: 'stream', attribute: 'log.iostream', named: false },
  ],
}
