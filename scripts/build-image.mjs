// Builds dist/image: the root file system of the container image and its Containerfile. The image contains the executable (build-binary.mjs), the
// shared libraries that it is linked with, and nothing else: no shell, no package manager.
//   npm run build:binary && node scripts/build-image.mjs && buildah build --format oci -t dumpstream dist/image
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const image = join(root, 'dist/image')
const binary = join(root, 'dist/bin/dumpstream')
if (!existsSync(binary)) throw new Error('dist/bin/dumpstream is missing: npm run build:binary makes it')
const { version, license, description } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

rmSync(image, { recursive: true, force: true })
const put = (from, to) => {
  const target = join(image, 'root', to)
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(realpathSync(from), target)
}
put(binary, '/usr/bin/dumpstream')
put(join(root, 'LICENSE'), '/usr/share/doc/dumpstream/LICENSE')
for (const library of librariesOf(binary)) put(library, library)
// Where a program looks up its user name, and the folders to which it may write.
mkdirSync(join(image, 'root/etc'), { recursive: true })
writeFileSync(join(image, 'root/etc/passwd'), 'nonroot:x:65532:65532:nonroot:/:/sbin/nologin\n')
writeFileSync(join(image, 'root/etc/group'), 'nonroot:x:65532:\n')
writeFileSync(
  join(image, 'Containerfile'),
  `FROM scratch
COPY root/ /
USER 65532:65532
ENTRYPOINT ["/usr/bin/dumpstream"]
LABEL org.opencontainers.image.title="dumpstream" \\
      org.opencontainers.image.description=${JSON.stringify(description)} \\
      org.opencontainers.image.version="${version}" \\
      org.opencontainers.image.licenses="${license}"
`,
)
console.log(image)

/** Absolute paths, as the dynamic linker finds them. */
function librariesOf(path) {
  const listing = execFileSync('ldd', [path], { encoding: 'utf8' })
  return [...listing.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map((match) => match[1])
}
