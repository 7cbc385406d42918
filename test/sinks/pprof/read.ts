/** Profiles read back by pprof-format, which is DataDog's and knows nothing of what writes them here. */
import { Profile } from 'pprof-format'

export interface Sample {
  readonly count: number
  /** Innermost first, `function file:line` each. */
  readonly stack: string[]
  readonly labels: Record<string, string>
}

export function readProfile(bytes: Uint8Array): { profile: Profile; samples: Sample[] } {
  const profile = Profile.decode(bytes)
  const text = (index: number | bigint): string => profile.stringTable.strings[Number(index)] ?? `no string ${index}`
  const functions = new Map(profile.function.map((each) => [Number(each.id), each]))
  const locations = new Map(profile.location.map((each) => [Number(each.id), each]))
  const frame = (id: number | bigint): string => {
    const [line] = locations.get(Number(id))?.line ?? []
    const named = line && functions.get(Number(line.functionId))
    return named === undefined ? 'undefined' : `${text(named.name)} ${text(named.filename)}:${line?.line ?? 0}`
  }
  const samples = profile.sample.map(({ value: [count = 0], locationId, label }) => ({
    count: Number(count),
    stack: locationId.map(frame),
    labels: Object.fromEntries(label.map(({ key, str }) => [text(key), text(str)])),
  }))
  return { profile, samples }
}
