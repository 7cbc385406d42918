/** Fields that several shippers add in the same form: those of Fluentd's and Fluent Bit's kubernetes filters. */
import type { StreamField } from './json.ts'

export const KUBERNETES_FIELDS: readonly StreamField[] = [
  { path: 'kubernetes.namespace_name', attribute: 'k8s.namespace.name', named: true },
  { path: 'kubernetes.pod_name', attribute: 'k8s.pod.name', named: true },
  { path: 'kubernetes.container_name', attribute: 'k8s.container.name', named: true },
  { path: 'kubernetes.pod_id', attribute: 'k8s.pod.uid', named: false },
  { path: 'kubernetes.host', attribute: 'k8s.node.name', named: false },
]
