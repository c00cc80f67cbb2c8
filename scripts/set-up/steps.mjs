import { join } from 'node:path';
import { installDependencies } from './dependencies.mjs';
import { withLock } from './lock.mjs';
import { findWorker } from './mediasoup-worker.mjs';
import { findNode } from './node.mjs';
import { buildServer, buildWeb, generateDatabaseClient } from './outputs.mjs';
import { root } from './paths.mjs';
import { runSteps } from './progress.mjs';

/** @typedef {import('./progress.mjs').Step} Step */

/**
 * The results of the setup.
 * @typedef {object} Machine
 * @property {string} node the Node that runs the service
 * @property {string} worker the mediasoup worker; empty unless the purpose is to run the service
 */

/**
 * Runs the setup.
 * @param {{ purpose?: 'run' | 'build' | 'check', more?: Step[] }} [options] purpose: whether to run
 * the service, only build it, or only check its source; more: additional steps, which run last
 * @returns {Promise<Machine>}
 */
export async function setUp({ purpose = 'run', more = [] } = {}) {
  const machine = { node: '', worker: '' };
  /** @type {Step[]} */
  const source = [
    {
      name: 'Dependencies',
      run: async (report) => {
        await installDependencies(report);
        machine.node = await findNode();
      },
    },
    { name: 'Database client', run: generateDatabaseClient },
  ];
  /** @type {Step} */
  const worker = {
    name: 'Media worker',
    run: async (report) => {
      machine.worker = await findWorker({ node: machine.node, report });
    },
  };
  /** @type {Step[]} */
  const builds = [
    { name: 'Server', run: buildServer },
    { name: 'Web pages', run: buildWeb },
  ];
  const steps = {
    check: source,
    build: [...source, ...builds],
    run: [...source, worker, ...builds],
  }[purpose];
  // Not in node_modules, which the first step may replace.
  await withLock(join(root, '.cache/set-up.lock'), {
    onWait: (owner) => console.error(`Setup: waiting for ${owner}, which is already running it`),
    work: () => runSteps([...steps, ...more]),
  });
  return machine;
}
