type Thresholds = Readonly<
  Record<
    | 'stays'
    | 'growth'
    | 'growthOfYoung'
    | 'growthOfLost'
    | 'growthOfKept'
    | 'stepsOfKept'
    | 'stepsOfAnswer'
    | 'silentSeconds'
    | 'growthOfUnknown'
    | 'growthOfUnknownSoon'
    | 'tellingSeconds'
    | 'toldSeconds'
    | 'watchedLost'
    | 'watchedForOne'
    | 'watchedForOneSend'
    | 'watchedLong'
    | 'young'
    | 'growingSteps'
    | 'watched'
    | 'leave'
    | 'othersLeave'
    | 'keepsPace'
    | 'chance'
    | 'chanceOfYoung'
    | 'chanceOfOrphaned'
    | 'eachHalf'
    | 'growthOfTwo'
    | 'growthShareOfTwo'
    | 'factorOfTwo'
    | 'growthOfTwoKept'
    | 'factorOfTwoKept'
    | 'blockedOfTwo'
    | 'steps'
    | 'works'
    | 'missed'
    | 'weakSteps'
    | 'weakGrowth'
    | 'weakChance'
    | 'stuckSeconds'
    | 'stuckSecondsOfOne'
    | 'shrink',
    number
  >
>

/**
 * The thresholds of the verdicts, in one table; judge.ts describes their use. A false alarm is the worst failure: where the numbers do not
 * distinguish a leak from load, the verdict is the weaker one. `npm run bench:verdicts` measures them.
 */
export const THRESHOLDS: Thresholds = Object.freeze({
  /** Share of the goroutines of the previous dump that must still be there for "what was there stays". */
  stays: 0.97,
  /**
   * Goroutines that must have come over the steps that are searched for a leak. Where as many leave as come, four come and none leaves once in
   * e^4 = 55 times, …
   */
  growth: 4,
  /** … and five once in e^5 = 148 times: in a young process pools fill and connections gather, so fewer leave than come. */
  growthOfYoung: 5,
  /** Goroutines that nothing can wake never leave: enough of them to see that they keep coming. */
  growthOfLost: 3,
  /**
   * A goroutine that waits for work (a receive, a select) and shares one starter with the others may be kept on purpose: a worker, a ticker per
   * tenant, a subscription. At least this many must come, …
   */
  growthOfKept: 20,
  /** … or over at least this many steps. */
  stepsOfKept: 5,
  /** Number of steps from which a wait for a response is not a long poll. */
  stepsOfAnswer: 3,
  /** A goroutine that has received nothing from its peer for this many seconds, by its minutes, serves nobody. */
  silentSeconds: 300,
  /** If no header has minutes, it is unknown whether they have run since: at least this many must come per step on average, … */
  growthOfUnknown: 15,
  /** … or this many over fewer steps than `stepsOfKept`: goroutines that wait for an outage to end come by the dozen. */
  growthOfUnknownSoon: 18,
  /** Seconds over all steps from which headers should say who has not run: the interval of forced collections. */
  tellingSeconds: 120,
  /** The same if no header has minutes: beyond this the text seems to have lost them. */
  toldSeconds: 300,
  /** A process is young if it had handed out fewer ids before the first of these dumps than in this many steps. */
  young: 2,
  /** Share of the steps in which a leak must have grown; at least two steps. */
  growingSteps: 0.4,
  /** Goroutines that must have been watched, summed over the steps, before "none leaves" means anything. */
  watched: 3,
  /** The same for those that nothing can wake, or whose starters are all gone. */
  watchedLost: 2,
  /** If this many that nothing can wake have stayed, it is enough that all the others came in one step. */
  watchedForOne: 4,
  /** The same for those that wait to send, and whose starters are all gone. */
  watchedForOneSend: 10,
  /** If this many were watched, and nothing can wake them or their starters are all gone, one fewer must come. */
  watchedLong: 10,
  /** Goroutines that may leave for each one that comes. */
  leave: 0.1,
  /**
   * For views that leave out goroutines in flight: how many of those watched would have left at the rate of all. That none does where 2.5 would
   * have has a chance of e^-2.5, 1 in 12; the other conditions make it smaller.
   */
  othersLeave: 2.5,
  /** Arrivals of the newer half of the steps relative to the older half, by the fastest clock: fewer may mean that it levels off, … */
  keepsPace: 0.7,
  /** … if they came earlier than chance allows, by this many standard deviations, … */
  chance: 3,
  /** … or by this many in a young process, where pools fill. */
  chanceOfYoung: 1.9,
  /** The same if their starters are all gone: a pool is usually filled by one that lives on. */
  chanceOfOrphaned: 2.5,
  /** With two dumps, share of the fresh goroutines that must have come in each half of the step: a leak drips, a burst comes at once. */
  eachHalf: 0.2,
  /** With two dumps alone: goroutines that came, … */
  growthOfTwo: 10,
  /** … their share of what was there, for growing, … */
  growthShareOfTwo: 0.25,
  /** … the factor by which they must have grown for a leak, … */
  factorOfTwo: 1.5,
  /** … growth of those that one living goroutine has started, which may be workers of a pool that warms up, … */
  growthOfTwoKept: 20,
  /** … and their factor, … */
  factorOfTwoKept: 5,
  /** … and the share of them that must wait for another goroutine, not for the network or the clock. */
  blockedOfTwo: 0.9,
  /** Share of those that stayed that have run since, from which it is not a leak: leaked goroutines never run again. */
  works: 0.01,
  /**
   * If none came in the last steps, although the earlier pace would have brought this many, the growth has ended. By chance once in e^5 = 148 times.
   */
  missed: 5,
  /** Goroutines that wait by design may gather: steps over which they must grow in each, … */
  weakSteps: 6,
  /** … goroutines that must come, … */
  weakGrowth: 10,
  /** … and standard deviations by which it must not have come early. */
  weakChance: 1,
  /** Number of newest steps that are judged. */
  steps: 8,
  /** Seconds of log time over which a waiter on a lock has not moved. */
  stuckSeconds: 600,
  /** The same for a single goroutine, in states in which idle workers wait too. */
  stuckSecondsOfOne: 1200,
  /** Share by which a count must fall to be called shrinking. */
  shrink: 0.2,
})
