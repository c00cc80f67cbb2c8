import { setting } from './settings.mjs';
import { SetUpError } from './set-up-error.mjs';

/** The setting with the list of parts. */
export const PARTS_SETTING = 'MEDIASOUP_WORKER_PARTS';
/** The setting that says when the worker with these parts is built. */
export const BUILD_SETTING = 'MEDIASOUP_WORKER_BUILD';

/**
 * A part that our own worker adds to mediasoup's: sending packets in runs (gso), SRTP with OpenSSL,
 * or jemalloc. docs/adr/0031-cheap-worker.md gives the reasons. The code for runs is always built;
 * leaving out its part turns it off when a worker starts.
 * @typedef {'gso' | 'openssl' | 'jemalloc'} Part
 */

/** @type {readonly Part[]} */
const PARTS = ['gso', 'openssl', 'jemalloc'];
/** @typedef {'background' | 'now' | 'never'} BuildTime */
/** @type {readonly BuildTime[]} */
const BUILD_TIMES = ['background', 'now', 'never'];

/**
 * @param {string} [text] names separated by commas; empty for all parts
 * @returns {Set<Part>}
 * @throws {SetUpError} for another name
 */
export function chosenParts(text = setting(PARTS_SETTING)) {
  if (text.trim() === '') return new Set(PARTS);
  if (text.trim() === 'none') return new Set();
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !PARTS.some((part) => part === name));
  if (unknown !== undefined)
    throw new SetUpError(`${PARTS_SETTING} contains “${unknown}”, which isn't a part.`, {
      advice: `The parts are: ${PARTS.join(', ')}. Separate them with commas, or use: none`,
    });
  return new Set(PARTS.filter((part) => names.includes(part)));
}

/**
 * @param {string} [text] empty for the default
 * @returns {BuildTime}
 * @throws {SetUpError} for another value
 */
export function chosenBuildTime(text = setting(BUILD_SETTING)) {
  if (text === '') return 'background';
  const chosen = BUILD_TIMES.find((time) => time === text);
  if (chosen) return chosen;
  throw new SetUpError(`${BUILD_SETTING} is “${text}”, which isn't one of its values.`, {
    advice: `The values are: ${BUILD_TIMES.join(', ')}.`,
  });
}
