/**
 * What the names of kubelet's log files say (kubernetes, pkg/kubelet/kuberuntime/helpers.go `BuildContainerLogsDirectory`, and
 * legacy.go `legacyLogSymlink`). Names of namespaces and pods hold no `_`.
 *
 *     /var/log/pods/NAMESPACE_POD_UID/CONTAINER/0.log
 *     /var/log/containers/POD_NAMESPACE_CONTAINER-ID.log
 */
const POD_FILE = /\/pods\/([^/_]+)_([^/_]+)_([^/_]+)\/([^/]+)\/\d+\.log$/
const LEGACY_FILE = /\/containers\/([^/_]+)_([^/_]+)_([^/]+)-([0-9a-f]{64})\.log$/

export interface PodFile {
  /** `namespace/pod/container`. */
  readonly key: string
  readonly attributes: Readonly<Record<string, string>>
}

export function podFile(path: string): PodFile | undefined {
  const [, namespace, pod, uid, container] = POD_FILE.exec(path) ?? []
  if (namespace !== undefined && pod !== undefined && uid !== undefined && container !== undefined) {
    return named(namespace, pod, container, { 'k8s.pod.uid': uid })
  }
  const [, name, space, legacyContainer, id] = LEGACY_FILE.exec(path) ?? []
  if (name !== undefined && space !== undefined && legacyContainer !== undefined && id !== undefined) {
    return named(space, name, legacyContainer, { 'container.id': id })
  }
  return undefined
}

function named(namespace: string, pod: string, container: string, more: Record<string, string>): PodFile {
  return {
    key: `${namespace}/${pod}/${container}`,
    attributes: {
      'k8s.namespace.name': namespace,
      'k8s.pod.name': pod,
      'k8s.container.name': container,
      ...more,
    },
  }
}
