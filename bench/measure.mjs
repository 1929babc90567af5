/** How long a contender runs before the next one has its turn, in milliseconds: far above the clock's resolution. */
const TURN = 10;
/** How long a contender runs before anything counts, in milliseconds: the engine has compiled it by then. */
const WARM_UP = 400;
/** The fewest rounds, in which every contender has one turn. */
const MINIMUM_ROUNDS = 9;

/** Counts the time between its start and its stop, in milliseconds, so that a contender can leave things uncounted. */
export class Stopwatch {
  elapsed = 0;
  /** What all threads of the process took of their cores meanwhile, in milliseconds; 0 where that is not asked for. */
  busy = 0;
  #started = 0;
  #countsCores;
  #busyBefore;

  /** @param {boolean} countsCores for long runs alone: to ask takes as long as a short one */
  constructor(countsCores = false) {
    this.#countsCores = countsCores;
  }

  start() {
    if (this.#countsCores) this.#busyBefore = process.cpuUsage();
    this.#started = performance.now();
  }

  stop() {
    this.elapsed += performance.now() - this.#started;
    if (!this.#countsCores) return;
    const { user, system } = process.cpuUsage(this.#busyBefore);
    this.busy += (user + system) / 1000;
  }
}

/**
 * Measures several ways of doing the same thing, in turns (A B C, then B C A backwards, and so on), so that whatever
 * slows the machine down for a while slows all of them.
 *
 * A turn is a number of runs, and its result their mean, what the garbage collector takes during them included. Runs
 * that fill a turn alone begin after a collection, so that nobody pays for the garbage of another; before short ones
 * that would measure how the engine comes back from it. The calmer half of the rounds counts,
 * told by what all contenders took together, and of it the median for each: on a machine that others use as well, two
 * medians over everything may come from different hours.
 *
 * @template {string} Name
 * @param {Record<Name, (stopwatch: Stopwatch) => Promise<void>>} contenders each starts and stops the watch once per run
 * @param {number} seconds how long all of them together may take, apart from warming up
 * @returns {Promise<Record<Name, { microseconds: number, cores: number | null }>>} per run: how long it takes, and how
 *   many cores the process keeps busy meanwhile, its helper threads included, where a run fills a turn alone
 */
export async function measure(contenders, seconds) {
  const runners = [];
  for (const [name, run] of Object.entries(contenders)) {
    const { runs, milliseconds } = await runFor(run, WARM_UP);
    runners.push({ name, run, runs: Math.max(1, Math.round((TURN * runs) / milliseconds)), turns: [], cores: [] });
  }
  const end = performance.now() + seconds * 1000;
  for (let round = 0; round < MINIMUM_ROUNDS || performance.now() < end; round++) {
    const first = (round >> 1) % runners.length;
    const order = [...runners.slice(first), ...runners.slice(0, first)];
    for (const runner of round % 2 === 0 ? order : order.reverse()) {
      if (runner.runs === 1) globalThis.gc?.();
      const stopwatch = new Stopwatch(runner.runs === 1);
      for (let run = 0; run < runner.runs; run++) await runner.run(stopwatch);
      runner.turns.push((stopwatch.elapsed * 1000) / runner.runs);
      if (runner.runs === 1) runner.cores.push(stopwatch.busy / stopwatch.elapsed);
    }
  }
  const calm = calmerHalf(runners.map(({ turns }) => turns));
  const overCalm = (values) => median(calm.map((round) => values[round]));
  return Object.fromEntries(
    runners.map(({ name, turns, cores }) => [
      name,
      { microseconds: overCalm(turns), cores: cores.length > 0 ? overCalm(cores) : null },
    ]),
  );
}

/**
 * The rounds that took least, each contender counting alike.
 *
 * @param {readonly (readonly number[])[]} turns of each contender, by round
 * @returns {number[]} half of the rounds
 */
function calmerHalf(turns) {
  const medians = turns.map(median);
  const effort = turns[0].map((_, round) => turns.reduce((sum, own, index) => sum + own[round] / medians[index], 0));
  return [...effort.keys()].sort((a, b) => effort[a] - effort[b]).slice(0, Math.ceil(effort.length / 2));
}

async function runFor(run, milliseconds) {
  const stopwatch = new Stopwatch();
  const end = performance.now() + milliseconds;
  let runs = 0;
  do {
    await run(stopwatch);
    runs++;
  } while (performance.now() < end);
  return { runs, milliseconds: stopwatch.elapsed };
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
