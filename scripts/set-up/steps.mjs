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
 * What the set-up has found or made.
 * @typedef {object} Machine
 * @property {string} node the Node that runs the service
 * @property {string} worker the mediasoup worker; empty when the set-up was not for running it
 */

/**
 * Does the set-up.
 * @param {{ purpose?: 'run' | 'build' | 'check', more?: Step[] }} [options]
 *   purpose: whether to run the service, to build it only, or to check its source only; more: steps
 *   to do after those
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
  // Not below node_modules, which the first step may replace.
  await withLock(join(root, '.cache/set-up.lock'), {
    onWait: (owner) => console.error(`Set-up: waiting for ${owner}, which is doing it already`),
    work: () => runSteps([...steps, ...more]),
  });
  return machine;
}
