/** The field names that log stores use in what they export, and what a row of a dialect is. */

import type { Dialect, StreamField } from './json-dialect.ts'

export interface DialectRow extends Dialect {
  /** Who writes it. */
  readonly of: string
  readonly reference: string
  /** One line, with the header of a goroutine as its text. */
  readonly sample: string
}

export const HEADER = 'goroutine 7 [running]:'
export const AT = '2026-11-24T07:00:00Z'

export const line = (record: Readonly<Record<string, unknown>>): string => JSON.stringify(record)

/** A field that is part of the stream's name in the records. */
export const named = (path: string, attribute: string): StreamField => ({ path, attribute, named: true })
/** A field that distinguishes streams, and is an attribute. */
export const field = (path: string, attribute: string): StreamField => ({ path, attribute, named: false })

/** Elastic Common Schema (elastic.co/guide/en/ecs) below `at`. */
const ecs = (at: string): readonly StreamField[] => [
  named(`${at}kubernetes.namespace`, 'k8s.namespace.name'),
  named(`${at}kubernetes.namespace_name`, 'k8s.namespace.name'),
  named(`${at}kubernetes.pod.name`, 'k8s.pod.name'),
  named(`${at}kubernetes.pod_name`, 'k8s.pod.name'),
  named(`${at}kubernetes.container.name`, 'k8s.container.name'),
  named(`${at}kubernetes.container_name`, 'k8s.container.name'),
  named(`${at}host.name`, 'host.name'),
  named(`${at}host.hostname`, 'host.name'),
  named(`${at}hostname`, 'host.name'),
  named(`${at}service.name`, 'service.name'),
  named(`${at}container.name`, 'container.name'),
  field(`${at}container.id`, 'container.id'),
  named(`${at}log.file.path`, 'log.file.path'),
  field(`${at}stream`, 'log.iostream'),
]

/** The most specific first. */
export const STORES: readonly DialectRow[] = [
  {
    name: 'elasticsearch',
    of: 'Elasticsearch, OpenSearch and Kibana hits',
    reference: 'elastic.co/docs, "Search API"',
    text: [
      '_source.message',
      '_source.log',
      '_source.msg',
      '_source.event.original',
      'fields.message.0',
      'fields.log.0',
      'fields.event.original.0',
    ],
    requires: [
      ['_source', 'fields'],
      ['_index', '_id'],
    ],
    time: ['_source.@timestamp', '_source.timestamp', 'fields.@timestamp.0'],
    streams: [
      ...ecs('_source.'),
      named('fields.kubernetes.pod.name.0', 'k8s.pod.name'),
      named('fields.host.name.0', 'host.name'),
    ],
    sample: line({ _index: 'logs-1', _id: '0', _source: { '@timestamp': AT, message: HEADER } }),
  },
  {
    name: 'datadog',
    of: 'Datadog log search API and archives',
    reference: 'docs.datadoghq.com/api/latest/logs',
    text: ['attributes.message', 'content.message', 'attributes.attributes.message'],
    requires: [
      ['attributes', 'content'],
      ['id', '_id'],
    ],
    time: ['attributes.timestamp', 'content.timestamp'],
    streams: [
      named('attributes.host', 'host.name'),
      named('content.host', 'host.name'),
      named('attributes.service', 'service.name'),
      named('content.service', 'service.name'),
      field('attributes.tags', 'datadog.tags'),
      field('content.tags', 'datadog.tags'),
    ],
    sample: line({ id: 'A0', type: 'log', attributes: { timestamp: AT, message: HEADER, host: 'h', service: 'shop' } }),
  },
  {
    name: 'splunk',
    of: 'Splunk search export',
    reference: 'docs.splunk.com, "search/jobs/export"',
    text: ['result._raw', '_raw'],
    requires: [
      ['result._raw', '_raw'],
      ['result._time', 'result.host', '_time', 'host', 'preview'],
    ],
    time: ['result._time', '_time'],
    streams: [
      named('result.host', 'host.name'),
      named('host', 'host.name'),
      named('result.source', 'log.file.path'),
      named('source', 'log.file.path'),
      field('result.sourcetype', 'splunk.sourcetype'),
      named('result.pod', 'k8s.pod.name'),
    ],
    sample: line({ preview: false, offset: 0, result: { _raw: HEADER, _time: AT, host: 'h' } }),
  },
  {
    name: 'splunk-hec',
    of: 'Splunk HTTP Event Collector',
    reference: 'docs.splunk.com, "Format events for HTTP Event Collector"',
    text: ['event', 'event.message', 'event.log', 'event.line', 'event.msg'],
    requires: [['event'], ['time', 'sourcetype', 'index', 'source', 'host', 'fields']],
    time: ['time'],
    streams: [
      named('host', 'host.name'),
      named('source', 'log.file.path'),
      field('sourcetype', 'splunk.sourcetype'),
      named('fields.pod', 'k8s.pod.name'),
      named('event.attrs.tag', 'container.name'),
    ],
    sample: line({ time: 1795503600.123, host: 'h', source: 'shop', sourcetype: 'go', event: HEADER }),
  },
  {
    name: 'azure-monitor',
    of: 'Azure Monitor, ContainerLog and ContainerLogV2',
    reference: 'learn.microsoft.com, "ContainerLogV2"',
    text: ['LogEntry', 'LogMessage'],
    requires: [
      ['LogEntry', 'LogMessage'],
      ['TimeGenerated', 'ContainerID', 'ContainerId', 'PodName', 'Computer', 'time'],
    ],
    time: ['TimeGenerated', 'time', 'TimeOfCommand'],
    streams: [
      named('PodNamespace', 'k8s.namespace.name'),
      named('PodName', 'k8s.pod.name'),
      named('ContainerName', 'k8s.container.name'),
      field('ContainerID', 'container.id'),
      field('ContainerId', 'container.id'),
      field('Computer', 'k8s.node.name'),
      field('LogEntrySource', 'log.iostream'),
      field('LogSource', 'log.iostream'),
    ],
    sample: line({ TimeGenerated: AT, LogEntry: HEADER, ContainerID: 'abc', PodName: 'shop-0' }),
  },
  {
    name: 'sumo-logic',
    of: 'Sumo Logic search job messages',
    reference: 'help.sumologic.com, "Search Job API"',
    text: ['map._raw'],
    requires: [['map._raw']],
    time: ['map._messagetime', 'map._receipttime'],
    streams: [
      named('map._sourcehost', 'host.name'),
      named('map._sourcename', 'log.file.path'),
      named('map.pod', 'k8s.pod.name'),
      field('map._sourceid', 'sumo.source.id'),
    ],
    sample: line({ map: { _raw: HEADER, _messagetime: '1795503600123', _sourcehost: 'h' } }),
  },
  {
    name: 'graylog',
    of: 'GELF and Graylog',
    reference: 'go2docs.graylog.org, "GELF"',
    // The short one is cut at the first line end.
    text: ['full_message', 'short_message', 'message.full_message', 'message.message', 'message'],
    requires: [
      ['short_message', 'full_message', 'message.message', 'gl2_source_input', 'gl2_message_id'],
      ['version', 'timestamp', 'host', 'source', 'message.timestamp'],
    ],
    time: ['timestamp', 'message.timestamp'],
    streams: [
      named('host', 'host.name'),
      named('source', 'host.name'),
      named('message.source', 'host.name'),
      named('_container_name', 'container.name'),
      named('container_name', 'container.name'),
      named('_pod_name', 'k8s.pod.name'),
      field('_container_id', 'container.id'),
    ],
    sample: line({ version: '1.1', host: 'h', short_message: HEADER, timestamp: 1795503600.123, level: 6 }),
  },
  {
    name: 'loki',
    of: 'logcli --output=jsonl, Grafana downloads, and Loki answers (document.ts)',
    reference: 'grafana.com/docs/loki/latest/query/logcli',
    text: ['line', '1', 'values.1'],
    requires: [
      ['line', '1', 'values.1'],
      ['labels', 'stream', 'fields'],
    ],
    time: ['timestamp', '0', 'tsNs', 'date'],
    streams: ['labels', 'stream', 'fields'].flatMap((at) => [
      named(`${at}.namespace`, 'k8s.namespace.name'),
      named(`${at}.pod`, 'k8s.pod.name'),
      named(`${at}.container`, 'k8s.container.name'),
      named(`${at}.host`, 'host.name'),
      named(`${at}.hostname`, 'host.name'),
      named(`${at}.service_name`, 'service.name'),
      named(`${at}.app`, 'service.name'),
      named(`${at}.job`, 'loki.job'),
      named(`${at}.filename`, 'log.file.path'),
      field(`${at}.instance`, 'service.instance.id'),
      field(`${at}.stream`, 'log.iostream'),
    ]),
    sample: line({ timestamp: AT, labels: { pod: 'shop-0' }, line: HEADER }),
  },
  {
    name: 'honeycomb',
    of: 'Honeycomb events',
    reference: 'docs.honeycomb.io/api/tag/Events',
    text: ['data.body', 'data.message', 'data.msg', 'data.log'],
    requires: [['data'], ['time', 'timestamp', 'samplerate', 'Timestamp']],
    time: ['time', 'timestamp', 'Timestamp'],
    streams: [
      named('data.k8s.pod.name', 'k8s.pod.name'),
      named('data.host.name', 'host.name'),
      named('data.service.name', 'service.name'),
    ],
    sample: line({ time: AT, samplerate: 1, data: { body: HEADER, 'service.name': 'shop' } }),
  },
  {
    name: 'cloudwatch',
    of: 'Amazon CloudWatch Logs: Insights, filter-log-events, get-log-events',
    reference: 'docs.aws.amazon.com, "GetQueryResults" and "FilterLogEvents"',
    text: ['@message', 'message'],
    requires: [['@message', 'eventId', 'ingestionTime', 'logStream']],
    time: ['@timestamp', 'timestamp'],
    streams: [
      named('@log', 'aws.log.group.names'),
      named('logGroup', 'aws.log.group.names'),
      named('@logStream', 'aws.log.stream.names'),
      named('logStreamName', 'aws.log.stream.names'),
      named('logStream', 'aws.log.stream.names'),
    ],
    sample: line({ '@timestamp': '2026-11-24 07:00:00.000', '@message': HEADER, '@logStream': 'web-1' }),
  },
  {
    name: 'cloud-logging',
    of: 'Google Cloud Logging: gcloud logging read, sinks, Pub/Sub',
    reference: 'cloud.google.com, "LogEntry"',
    text: ['textPayload', 'jsonPayload.message', 'jsonPayload.msg', 'jsonPayload.log'],
    requires: [
      ['textPayload', 'jsonPayload'],
      ['timestamp', 'receiveTimestamp', 'logName', 'insertId', 'resource'],
    ],
    time: ['timestamp', 'receiveTimestamp'],
    streams: [
      field('resource.labels.project_id', 'cloud.account.id'),
      named('resource.labels.cluster_name', 'k8s.cluster.name'),
      named('resource.labels.namespace_name', 'k8s.namespace.name'),
      named('resource.labels.pod_name', 'k8s.pod.name'),
      named('resource.labels.container_name', 'k8s.container.name'),
      named('resource.labels.service_name', 'service.name'),
      named('resource.labels.revision_name', 'faas.version'),
      named('resource.labels.instance_id', 'host.id'),
      named('labels.instanceId', 'service.instance.id'),
      field('logName', 'gcp.log_name'),
    ],
    sample: line({ textPayload: HEADER, timestamp: AT, resource: { labels: { pod_name: 'web-1' } } }),
  },
  {
    name: 'new-relic',
    of: 'New Relic log export',
    reference: 'docs.newrelic.com, "Log API"',
    text: ['message', 'attributes.message'],
    requires: [['newrelic.source', 'entity.guid', 'newrelic.logPattern', 'logtype', 'messageId']],
    time: ['timestamp'],
    streams: [
      named('hostname', 'host.name'),
      named('host', 'host.name'),
      named('pod_name', 'k8s.pod.name'),
      named('container_name', 'k8s.container.name'),
      named('service', 'service.name'),
      named('entity.name', 'service.name'),
      named('filePath', 'log.file.path'),
    ],
    sample: line({ timestamp: 1795503600123, message: HEADER, hostname: 'h', 'newrelic.source': 'logs.infra' }),
  },
]
