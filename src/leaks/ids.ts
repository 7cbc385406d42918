/**
 * Each P takes ids by 16 (runtime/proc.go `_GoidCacheBatch`) and hands them out when it comes to it, so that with 16 of them a goroutine
 * of this moment may have an id by that much below the highest.
 */
export const LOOSE_IDS: number = 16 * 16
