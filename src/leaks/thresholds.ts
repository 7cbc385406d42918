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
 * The thresholds of the verdicts, in one table; judge.ts says what is done with them. Crying wolf is the worst failure: where the
 * numbers do not tell a leak from a load, the verdict is the weaker one. `npm run bench:verdicts` measures them.
 */
export const THRESHOLDS: Thresholds = Object.freeze({
  /** Share of the goroutines of the dump before that must still be there for "what was there stays". */
  stays: 0.97,
  /**
   * Goroutines that must have come over the steps that are looked at for a leak. Where as many leave as come, four come and none
   * leaves once in e^4 = 55 times, …
   */
  growth: 4,
  /** … and five once in e^5 = 148 times: in a young process pools fill and connections gather, so that less leave than come. */
  growthOfYoung: 5,
  /** Of those that are lost where they wait none ever leaves: enough of them to see that they keep coming. */
  growthOfLost: 3,
  /**
   * What waits for what may come (a receive, a select), and was started by one goroutine, may be kept on purpose: a worker, a ticker of a
   * tenant, a subscription. So many must come, …
   */
  growthOfKept: 20,
  /** … or over so many steps. */
  stepsOfKept: 5,
  /** Steps from which on what waits for the answer of a server is no long poll. */
  stepsOfAnswer: 3,
  /** Seconds over which nothing has come from a peer, by the minutes of who waits for it: then it serves nobody. */
  silentSeconds: 300,
  /** Where no header has minutes, so that whether they have run since is unknown, so many must come in each step on average. */
  growthOfUnknown: 15,
  /** … or so many over fewer steps than those: what waits for an outage to end comes by the dozen. */
  growthOfUnknownSoon: 18,
  /** Seconds from dump to dump, all together, from which on headers should say who has not run: between two collections that the runtime forces. */
  tellingSeconds: 120,
  /** The same where no header has minutes: from here on they would, had the text any. */
  toldSeconds: 300,
  /** A process is young that had handed out fewer ids, before the first of these dumps, than in so many of their steps. */
  young: 2,
  /** Share of the steps in which a leak grew; two at least. */
  growingSteps: 0.4,
  /** Goroutines that must have been watched over a step, each step counted, before "none leaves" says anything. */
  watched: 3,
  /** Of those that are lost, or whose starters are all gone. */
  watchedLost: 2,
  /** So many that are lost, and stay, are enough where all the others came in one step. */
  watchedForOne: 4,
  /** The same of those that wait to send, and whose starters are all gone. */
  watchedForOneSend: 10,
  /** Where so many were watched, and those are lost or their starters are all gone, one less must come. */
  watchedLong: 10,
  /** Goroutines that may leave for each one that comes. */
  leave: 0.1,
  /**
   * Where some are left out as in flight: how many of those watched would have left, had they left as often as all together. That
   * none does where 2.5 would have is a chance of e^-2.5, 1 in 12; the other conditions make it smaller.
   */
  othersLeave: 2.5,
  /** Arrivals of the newer half of the steps against the older half, by the fastest clock: less may mean that it levels off, … */
  keepsPace: 0.7,
  /** … if they came earlier than chance would have them, by this many standard deviations, … */
  chance: 3,
  /** … or by this many in a young process, where pools fill. */
  chanceOfYoung: 1.9,
  /** The same where their starters are all gone: pools are filled by one that lives on, mostly. */
  chanceOfOrphaned: 2.5,
  /** With two dumps, share of the fresh goroutines that must have come in each half of the step: a leak drips, a burst comes at once. */
  eachHalf: 0.2,
  /** With two dumps alone: goroutines that came, … */
  growthOfTwo: 10,
  /** … their share of what was there, for growing, … */
  growthShareOfTwo: 0.25,
  /** … how many times as many there must be for a leak, … */
  factorOfTwo: 1.5,
  /** … as many of those that one living goroutine has started, which may be workers of a pool that warms up, … */
  growthOfTwoKept: 20,
  /** … and how many times as many of them, … */
  factorOfTwoKept: 5,
  /** … and the share of them that waits for another goroutine, not for the network or the clock. */
  blockedOfTwo: 0.9,
  /** Share of what has stayed that was seen to have run since, from which on it is no leak: what leaks never runs again. */
  works: 0.01,
  /** Goroutines that should have come in the last steps, by the pace of the others, if none came: then it has ended. Once in e^5 = 148 times by chance. */
  missed: 5,
  /** What waits by design may gather: steps over which it must grow in each, … */
  weakSteps: 6,
  /** … goroutines that must come, … */
  weakGrowth: 10,
  /** … and standard deviations by which it must not have come early. */
  weakChance: 1,
  /** Steps that are looked at, newest first. */
  steps: 8,
  /** Seconds by the log's own time over which a waiter on a lock has not moved. */
  stuckSeconds: 600,
  /** The same of one alone, where idle workers wait, too. */
  stuckSecondsOfOne: 1200,
  /** Share by which a count must fall to be shrinking. */
  shrink: 0.2,
})
