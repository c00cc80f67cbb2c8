import { runInForeground } from '../set-up/foreground.mjs';
import { toolEnv } from '../set-up/run.mjs';
import { setUp } from '../set-up/steps.mjs';
import { findBrowser } from './browser.mjs';
import { asEnvironment, findOptional } from './optional-programs.mjs';

/** @typedef {import('../set-up/progress.mjs').Step} Step */
/** @typedef {import('./optional-programs.mjs').Wanted} Wanted */

/**
 * Sets up the service, a browser, and optional programs.
 * @param {{ wanted: Wanted[], more?: Step[] }} options more: additional steps, which run last
 * @returns {Promise<{ node: string, env: Record<string, string>, missing: Wanted[] }>} node: the
 * Node that runs the service; env: environment variables with the paths of all programs; missing:
 * the programs that are unavailable
 */
export async function setUpWithPrograms({ wanted, more = [] }) {
  /** @type {Record<string, string>} */
  const env = {};
  /** @type {Wanted[]} */
  const missing = [];
  /** @type {Step} */
  const browser = {
    name: 'Browser',
    run: async (report) => {
      env.CHROMIUM_BIN = await findBrowser(report);
    },
  };
  /** @type {Step[]} */
  const programs = wanted.map((program) => ({
    name: program.title,
    run: async (report) => {
      const found = await findOptional(program, report);
      if (!found) missing.push(program);
      Object.assign(env, asEnvironment(program, found));
    },
  }));
  const { node, worker } = await setUp({ more: [browser, ...programs, ...more] });
  return { node, env: { MEDIASOUP_WORKER_BIN: worker, ...env }, missing };
}

/**
 * Sets up, then runs a script with the rest of this command's arguments.
 * @param {string} script
 * @param {Wanted[]} wanted
 * @returns {Promise<number>} the exit code
 */
export async function runWithPrograms(script, wanted) {
  const { node, env } = await setUpWithPrograms({ wanted });
  return runInForeground(node, [script, ...process.argv.slice(2)], toolEnv(env));
}
