import { SetUpError } from './set-up-error.mjs';

const SPINNER = ['|', '/', '-', '\\'];
const SPINNER_INTERVAL_MS = 125;
/**
 * The interval at which the detail of a long step is printed if the output isn't a terminal (a log
 * file, CI).
 */
const LOG_INTERVAL_MS = 15_000;

/** @param {number} ms */
export function formatDuration(ms) {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {(report: Report) => Promise<void>} run does the work, or nothing if everything is up
 *   to date
 */

/**
 * The callbacks of a running step. A step that never calls `begin` had nothing to do.
 * @typedef {object} Report
 * @property {(what: string) => void} begin reports what starts now and about how long it takes
 * @property {(detail: string) => void} detail reports the progress, shown beside the elapsed time
 */

/**
 * Runs steps one after the other and shows those that have work to do.
 * @param {Step[]} steps
 * @param {NodeJS.WriteStream} [out]
 */
export async function runSteps(steps, out = process.stderr) {
  const startedAt = performance.now();
  let worked = 0;
  for (const [index, step] of steps.entries()) {
    const line = new StepLine(`[${index + 1}/${steps.length}] ${step.name}`, out);
    try {
      await step.run(line);
      line.finish();
    } catch (error) {
      line.fail();
      throw error instanceof SetUpError
        ? error
        : new Error(`${step.name} failed`, { cause: error });
    }
    if (line.begun) worked += 1;
  }
  const took = formatDuration(performance.now() - startedAt);
  out.write(worked === 0 ? `Setup: all up to date (${took})\n` : `Setup: done in ${took}\n`);
}

/**
 * The output of one step: a line for each thing that it begins and, on a terminal, a spinner below
 * while it runs.
 */
class StepLine {
  #title;
  #out;
  #startedAt = 0;
  #lastLoggedAt = 0;
  #detail = '';
  #frame = 0;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /**
   * @param {string} title
   * @param {NodeJS.WriteStream} out
   */
  constructor(title, out) {
    this.#title = title;
    this.#out = out;
  }

  get begun() {
    return this.#startedAt > 0;
  }

  /** @param {string} what */
  begin(what) {
    this.#clearSpinner();
    this.#startedAt ||= performance.now();
    this.#lastLoggedAt = performance.now();
    this.#detail = '';
    this.#out.write(`${this.#title}: ${what}\n`);
    this.#timer ??= setInterval(() => this.#tick(), SPINNER_INTERVAL_MS);
  }

  /** @param {string} detail */
  detail(detail) {
    this.#detail = detail;
  }

  finish() {
    this.#stop();
    if (this.begun) this.#out.write(`${this.#title}: done (${this.#elapsed()})\n`);
  }

  fail() {
    this.#stop();
    this.#out.write(`${this.#title}: failed${this.begun ? ` after ${this.#elapsed()}` : ''}\n`);
  }

  #elapsed() {
    return formatDuration(performance.now() - this.#startedAt);
  }

  #tick() {
    if (this.#out.isTTY) {
      this.#clearSpinner();
      const text = `${SPINNER[this.#frame++ % SPINNER.length]}${this.#status()}`;
      this.#out.write(text.slice(0, this.#out.columns - 1));
    } else if (performance.now() - this.#lastLoggedAt >= LOG_INTERVAL_MS) {
      this.#lastLoggedAt = performance.now();
      this.#out.write(`${this.#status()}\n`);
    }
  }

  #status() {
    return `      ${this.#elapsed()}  ${this.#detail}`.trimEnd();
  }

  #clearSpinner() {
    if (this.#out.isTTY) this.#out.write('\r\u001b[K');
  }

  #stop() {
    clearInterval(this.#timer);
    if (this.begun) this.#clearSpinner();
  }
}
