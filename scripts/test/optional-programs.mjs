import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { canInstallPackages, installLine, installPackages } from '../set-up/debian.mjs';
import { firstProgram, inPath } from './program.mjs';

/** @typedef {import('../set-up/progress.mjs').Report} Report */

/** Debian asks it whether a package that is installed may start its servers. */
const START_POLICY = '/usr/sbin/policy-rc.d';

/**
 * A program that some tests or benchmarks need, and that a machine can do without.
 * @typedef {object} Wanted
 * @property {string} title as people know it
 * @property {string} what is left out without it, completes "Not tested: …"
 * @property {string} debianPackage
 * @property {Record<string, string[]>} programs environment variable -> names of the program
 */

/** @type {Wanted} */
export const FFMPEG = {
  title: 'FFmpeg',
  what: 'what FFmpeg makes and reads: thumbnails, VP8 to H.264, second opinions on HLS',
  debianPackage: 'ffmpeg',
  programs: { FFMPEG_BIN: ['ffmpeg'], FFPROBE_BIN: ['ffprobe'] },
};

/** @type {Wanted} */
export const FIREFOX = {
  title: 'Firefox',
  what: 'watching in Firefox',
  debianPackage: 'firefox-esr',
  programs: { FIREFOX_BIN: ['firefox-esr', 'firefox'] },
};

/** @type {Wanted} */
export const NGINX = {
  title: 'nginx',
  what: 'HLS against nginx',
  debianPackage: 'nginx',
  programs: { NGINX_BIN: ['nginx'] },
};

/** @type {Wanted} */
export const WRK = {
  title: 'wrk',
  what: 'HLS against nginx',
  debianPackage: 'wrk',
  programs: { WRK_BIN: ['wrk'] },
};

/**
 * Finds a program, or installs Debian's, as root and after saying so.
 * @param {Wanted} wanted A variable of it that is set to an empty text means: do without.
 * @param {Report} report
 * @returns {Promise<Record<string, string> | null>} environment variable -> path; null when it can't be
 *   had, after saying what is left out
 */
export async function findOptional(wanted, report) {
  const { title, what, debianPackage, programs } = wanted;
  if (Object.keys(programs).some((name) => process.env[name] === '')) {
    report.begin(`${title} is not wanted here: ${what} is left out`);
    return null;
  }
  const present = await findPrograms(wanted);
  if (present) return present;
  if (!(await canInstallPackages())) {
    const line = installLine([debianPackage]);
    report.begin(
      `${title} isn't installed: ${what} is left out. To have it, type this first: ${line}`,
    );
    return null;
  }
  report.begin(`installing Debian's ${debianPackage}, about a minute`);
  try {
    await installWithoutStarting(debianPackage, report);
  } catch (error) {
    report.begin(`that didn't work, so ${what} is left out. ${error.message}`);
  }
  return findPrograms(wanted);
}

/**
 * For the environment of tests, where an empty text says that a program isn't there.
 * @param {Wanted} wanted
 * @param {Record<string, string> | null} found
 * @returns {Record<string, string>}
 */
export function asEnvironment({ programs }, found) {
  return found ?? Object.fromEntries(Object.keys(programs).map((name) => [name, '']));
}

/**
 * Debian's servers start when they are installed, on ports that may be somebody else's.
 * @param {string} debianPackage
 * @param {Report} report
 */
async function installWithoutStarting(debianPackage, report) {
  if (existsSync(START_POLICY)) return installPackages([debianPackage], { report });
  await writeFile(START_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await installPackages([debianPackage], { report });
  } finally {
    await rm(START_POLICY);
  }
}

/**
 * @param {Wanted} wanted
 * @returns {Promise<Record<string, string> | null>} null when one is missing
 */
async function findPrograms({ programs }) {
  const entries = await Promise.all(
    Object.entries(programs).map(async ([variable, names]) => [
      variable,
      await firstProgram([process.env[variable], ...inPath(names)]),
    ]),
  );
  return entries.every(([, path]) => path !== null) ? Object.fromEntries(entries) : null;
}
