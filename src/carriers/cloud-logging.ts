/**
 * Google Cloud Logging, entries as `gcloud logging read --format=json`, sinks and Pub/Sub write them, one a line (cloud.google.com,
 * "LogEntry").
 *
 *     {"textPayload":"goroutine 7 [running]:","timestamp":"2026-11-24T07:00:00Z","resource":{"labels":{"pod_name":"web-1"}}}
 */
import type { Dialect } from './json.ts'

export const cloudLogging: Dialect = {
  name: 'cloud-logging',
  text: ['textPayload', 'jsonPayload.message', 'jsonPayload.msg', 'jsonPayload.log'],
  requires: [
    ['textPayload', 'jsonPayload'],
    ['timestamp', 'receiveTimestamp', 'logName', 'insertId', 'resource'],
  ],
  time: ['timestamp', 'receiveTimestamp'],
  streams: [
    { path: 'resource.labels.project_id', attribute: 'cloud.account.id', named: false },
    { path: 'resource.labels.cluster_name', attribute: 'k8s.cluster.name', named: true },
    { path: 'resource.labels.namespace_name', attribute: 'k8s.namespace.name', named: true },
    { path: 'resource.labels.pod_name', attribute: 'k8s.pod.name', named: true },
    { path: 'resource.labels.container_name', attribute: 'k8s.container.name', named: true },
    { path: 'resource.labels.service_name', attribute: 'service.name', named: true },
    { path: 'resource.labels.revision_name', attribute: 'faas.version', named: true },
    { path: 'resource.labels.instance_id', attribute: 'host.id', named: true },
    { path: 'labels.instanceId', attribute: 'service.instance.id', named: true },
    { path: 'logName', attribute: 'gcp.log_name', named: false },
  ],
}
