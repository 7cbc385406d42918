/**
 * The observed entities, as resources: a backend joins on `k8s.pod.name` of the resource, not of a point. One process may read the logs of many
 * pods, so each pod has a separate resource. (A scraped endpoint has only one resource, so there everything stays on the points.)
 */
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import type { Attributes } from './attributes.ts'
import { ATTRIBUTE, isOfResource } from './names.ts'

/** The run itself, as described by the environment. */
export interface RunResource {
  readonly resource: Resource
  /** Whether the environment names the service. */
  readonly named: boolean
}

/** Reads `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` of this process. */
export function runResource(): RunResource {
  const detected = detectResources({ detectors: [envDetector] })
  const named = detected.attributes[ATTRIBUTE.serviceName] !== undefined
  // What the specification requires if nobody named the service; the SDK would say `node`.
  const unknown = resourceFromAttributes({ [ATTRIBUTE.serviceName]: 'unknown_service:dumpstream' })
  return { resource: defaultResource().merge(unknown).merge(detected), named }
}

/** The resource of an entity that a carrier describes. The carrier is closer to the truth than the environment. */
export function entityResource(run: RunResource, entity: Attributes): Resource {
  const service = run.named ? undefined : serviceName(entity)
  const named = service === undefined ? entity : { [ATTRIBUTE.serviceName]: service, ...entity }
  return run.resource.merge(resourceFromAttributes(named))
}

/** As the conventions derive it from what runs the service. */
function serviceName(entity: Attributes): string | number | undefined {
  const unit = entity[ATTRIBUTE.systemdUnit]
  return (
    entity[ATTRIBUTE.k8sContainerName] ??
    entity[ATTRIBUTE.containerName] ??
    (typeof unit === 'string' ? unit.replace(/\.service$/, '') : undefined)
  )
}

/** Splits attributes into those that describe the entity and the others. */
export function parted(attributes: Attributes): { entity: Attributes; own: Attributes } {
  const entity: Attributes = {}
  const own: Attributes = {}
  for (const [key, value] of Object.entries(attributes)) (isOfResource(key) ? entity : own)[key] = value
  return { entity, own }
}
