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
 * @property {string} worker the mediasoup worker; empty when the set-up was asked to leave it out
 */

/**
 * Does the set-up: everything for running the service, or only what the checks of the source need.
 * @param {{ only?: 'checks', more?: Step[] }} [options] more: steps to do after the usual ones
 * @returns {Promise<Machine>}
 */
export async function setUp({ only, more = [] } = {}) {
  const machine = { node: '', worker: '' };
  /** @type {Step[]} */
  const always = [
    {
      name: 'Dependencies',
      run: async (report) => {
        await installDependencies(report);
        machine.node = await findNode();
      },
    },
    { name: 'Database client', run: generateDatabaseClient },
  ];
  /** @type {Step[]} */
  const toRun = [
    {
      name: 'Media worker',
      run: async (report) => {
        machine.worker = await findWorker({ node: machine.node, report });
      },
    },
    { name: 'Server', run: buildServer },
    { name: 'Web pages', run: buildWeb },
  ];
  const steps = [...always, ...(only === 'checks' ? [] : toRun), ...more];
  // Not below node_modules, which the first step may replace.
  await withLock(join(root, '.cache/set-up.lock'), {
    onWait: (owner) => console.error(`Set-up: waiting for ${owner}, which is doing it already`),
    work: () => runSteps(steps),
  });
  return machine;
}
