/** Set from package.json by the build (scripts/build.mjs) and by vitest.config.ts. */
declare const DUMPSTREAM_VERSION: string

/** Version of this package, `1.2.3`. */
export const VERSION: string = DUMPSTREAM_VERSION
