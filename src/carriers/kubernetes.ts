/**
 * Where kubelet and the container runtimes put their logs: the path names pod and container (kubernetes/kubernetes,
 * `pkg/kubelet/kuberuntime/helpers.go`, BuildPodLogsDirectory and BuildContainerLogsDirectory).
 *
 *     /var/log/pods/<namespace>_<pod>_<uid>/<container>/0.log
 *     /var/log/containers/<pod>_<namespace>_<container>-<id>.log
 */

const POD_LOG = /\/pods\/([^/_]+)_([^/_]+)_([^/_]+)\/([^/]+)\/\d+\.log$/
const CONTAINER_LOG = /\/containers\/([^/_]+)_([^/_]+)_([^/]+)-([0-9a-f]{64})\.log$/

/** OpenTelemetry names; empty for a path of any other form. */
export function attributesOfPath(path: string): Record<string, string> {
  const pod = POD_LOG.exec(path)
  if (pod !== null) {
    const [, namespace = '', name = '', uid = '', container = ''] = pod
    return {
      'k8s.namespace.name': namespace,
      'k8s.pod.name': name,
      'k8s.pod.uid': uid,
      'k8s.container.name': container,
    }
  }
  const link = CONTAINER_LOG.exec(path)
  if (link === null) return {}
  const [, name = '', namespace = '', container = '', id = ''] = link
  return {
    'k8s.namespace.name': namespace,
    'k8s.pod.name': name,
    'k8s.container.name': container,
    'container.id': id,
  }
}

/** The container that a log file belongs to. */
interface PodFile {
  /** `namespace/pod/container`. */
  readonly key: string
  readonly attributes: Readonly<Record<string, string>>
}

/** The container whose log is at `path`, if the name of the file says so in kubelet's form. */
export function podFile(path: string): PodFile | undefined {
  const attributes = attributesOfPath(path)
  const names = ['k8s.namespace.name', 'k8s.pod.name', 'k8s.container.name'].flatMap((name) => attributes[name] ?? [])
  return names.length === 0 ? undefined : { key: names.join('/'), attributes }
}
