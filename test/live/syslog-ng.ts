/** syslog-ng beside rsyslog: Debian lets one syslog daemon be installed, so its packages are unpacked into a folder. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './go.ts'

export interface SyslogNg {
  /** In the foreground, with its state in `folder`. */
  argv(folder: string, config: string): [string, ...string[]]
  readonly env: Readonly<Record<string, string>>
}

export function unpackSyslogNg(): SyslogNg {
  const folder = temporaryFolder()
  const root = join(folder, 'root')
  mkdirSync(root)
  const packages = ['syslog-ng-core', 'libivykis0', 'libnet1']
  const apt = (...args: string[]): unknown =>
    execFileSync('apt-get', ['-qq', ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  try {
    apt('download', ...packages)
  } catch {
    // A machine on which the lists of packages were never fetched.
    apt('update')
    apt('download', ...packages)
  }
  execFileSync('sh', ['-c', 'for package in *.deb; do dpkg -x "$package" root; done'], { cwd: folder })
  if (!existsSync(join(root, 'usr/sbin/syslog-ng'))) throw new Error('syslog-ng-core has no usr/sbin/syslog-ng')
  return {
    argv: (place, config) => [
      join(root, 'usr/sbin/syslog-ng'),
      ...['-F', '--no-caps', '-e', '-f', config, '--module-path', join(root, 'usr/lib/syslog-ng/3.38')],
      ...['-R', join(place, 'persist'), '-p', join(place, 'pid'), '-c', join(place, 'ctl')],
    ],
    env: {
      LD_LIBRARY_PATH: `${root}/usr/lib/syslog-ng:${root}/usr/lib/x86_64-linux-gnu`,
      SYSLOGNG_PREFIX: join(root, 'usr'),
    },
  }
}
