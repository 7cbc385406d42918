/** Whose log a file is, when its name says so as those of kubelet do. */
import { attributesOfPath } from '../carriers/kubernetes.ts'

export interface PodFile {
  /** `namespace/pod/container`. */
  readonly key: string
  readonly attributes: Readonly<Record<string, string>>
}

export function podFile(path: string): PodFile | undefined {
  const attributes = attributesOfPath(path)
  const names = ['k8s.namespace.name', 'k8s.pod.name', 'k8s.container.name'].flatMap((name) => attributes[name] ?? [])
  return names.length === 0 ? undefined : { key: names.join('/'), attributes }
}
