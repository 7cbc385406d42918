/** Temporary folders for the tests of a file. Call one of these at the top of the file; what is in the folder is removed afterwards. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'

export class Folder {
  path = ''

  /** The path of what is called so in the folder. */
  at(...names: string[]): string {
    return join(this.path, ...names)
  }

  /** Writes a file and returns its path. */
  write(name: string, content: Uint8Array | string): string {
    const path = this.at(name)
    writeFileSync(path, content)
    return path
  }

  make(): void {
    this.path = mkdtempSync(join(tmpdir(), 'dumpstream-'))
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** An empty folder for each test. */
export function folderForEachTest(): Folder {
  const folder = new Folder()
  beforeEach(() => folder.make())
  afterEach(() => folder.remove())
  return folder
}

/** One folder for all tests of the file. */
export function folderForAllTests(): Folder {
  const folder = new Folder()
  beforeAll(() => folder.make())
  afterAll(() => folder.remove())
  return folder
}
