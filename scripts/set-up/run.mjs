import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter } from 'node:path';
import { binDir, root } from './paths.mjs';
import { SetUpError } from './set-up-error.mjs';

/** The maximum length of a program's stored output; the oldest part is dropped. */
const KEPT_OUTPUT_CHARS = 200_000;
/** @type {NodeJS.Signals[]} */
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
/** Set once a signal has asked this process to exit. */
let exitCode = 0;

/**
 * Ends the programs that are running; this process exits when they have ended. A program left
 * behind, such as npm, would work on the same files as the next attempt.
 * @param {NodeJS.Signals} signal
 */
function endTogether(signal) {
  exitCode = 128 + constants.signals[signal];
  for (const child of running) child.kill('SIGTERM');
}

/** @param {import('node:child_process').ChildProcess} child */
function keepTogether(child) {
  if (running.size === 0) {
    for (const signal of ENDING_SIGNALS) process.on(signal, endTogether);
  }
  running.add(child);
  child.once('close', () => {
    running.delete(child);
    if (running.size > 0) return;
    if (exitCode > 0) process.exit(exitCode);
    for (const signal of ENDING_SIGNALS) process.off(signal, endTogether);
  });
}

/**
 * Returns the environment in which `node`, `tsc` and `vite` are those of the dependencies.
 * @param {Record<string, string | undefined>} [extra]
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnv(extra = {}) {
  return { ...process.env, PATH: `${binDir}${delimiter}${process.env.PATH ?? ''}`, ...extra };
}

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd] default: the repository's root
 * @property {NodeJS.ProcessEnv} [env] default: toolEnv()
 * @property {(line: string) => void} [onLine] called with every line of output
 * @property {number} [timeoutMs] the program is killed after this time
 */

/**
 * Runs a program to its end without input, and stores its output.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number | null, signal: string | null, output: string, timedOut: boolean
 * }>} never rejects because of how the program ended
 * @throws {Error} if the program can't be started
 */
export function tryRun(command, args, { cwd = root, env = toolEnv(), onLine, timeoutMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    keepTogether(child);
    let output = '';
    let partialLine = '';
    let timedOut = false;
    const timer =
      timeoutMs &&
      setTimeout(() => {
        timedOut = true;
        child.kill('SIGKILL');
      }, timeoutMs);

    const onData = (/** @type {string} */ text) => {
      output = (output + text).slice(-KEPT_OUTPUT_CHARS);
      if (!onLine) return;
      // Progress displays overwrite a line after a carriage return.
      const lines = (partialLine + text).split(/[\r\n]+/);
      partialLine = lines.pop() ?? '';
      for (const line of lines) if (line) onLine(line);
    };
    child.stdout.setEncoding('utf8').on('data', onData);
    child.stderr.setEncoding('utf8').on('data', onData);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, output, timedOut });
    });
  });
}

/**
 * Runs a program that must succeed.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions & { advice?: string }} [options]
 * @returns {Promise<string>} its output
 * @throws {SetUpError} with the program's whole output, if it fails or can't be started
 */
export async function run(command, args, { advice, ...options } = {}) {
  const line = [command, ...args].join(' ');
  const result = await tryRun(command, args, options).catch((cause) => {
    throw new SetUpError(`Could not start "${line}": ${cause.message}`, { advice, cause });
  });
  if (result.code === 0) return result.output;
  const how = result.timedOut
    ? `did not finish within ${options.timeoutMs} ms`
    : `failed (${result.signal ?? `exit code ${result.code}`})`;
  throw new SetUpError(`"${line}" ${how}.`, { advice, output: result.output });
}
