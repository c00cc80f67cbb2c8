import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { canInstallPackages, installLine, installPackages } from '../set-up/debian.mjs';
import { firstProgram, inPath } from './program.mjs';

/** @typedef {import('../set-up/progress.mjs').Report} Report */

/**
 * The script that Debian runs to decide whether a newly installed package may start its servers.
 */
const START_POLICY = '/usr/sbin/policy-rc.d';

/**
 * A program that some tests or benchmarks use, and that is optional.
 * @typedef {object} Wanted
 * @property {string} title its usual name
 * @property {string} what the feature that can't be tested without it; completes "Not tested: …"
 * @property {string} debianPackage
 * @property {Record<string, string[]>} programs environment variable -> possible names of the
 * program
 */

/** @type {Wanted} */
export const FFMPEG = {
  title: 'FFmpeg',
  what: 'everything with FFmpeg: thumbnails, VP8 to H.264, validation of HLS',
  debianPackage: 'ffmpeg',
  programs: { FFMPEG_BIN: ['ffmpeg'], FFPROBE_BIN: ['ffprobe'] },
};

/** @type {Wanted} */
export const FIREFOX = {
  title: 'Firefox',
  what: 'playback in Firefox',
  debianPackage: 'firefox-esr',
  programs: { FIREFOX_BIN: ['firefox-esr', 'firefox'] },
};

/** @type {Wanted} */
export const REDIS = {
  title: 'Redis',
  what: 'several nodes that Redis wakes',
  debianPackage: 'redis-server',
  programs: { REDIS_BIN: ['redis-server', 'valkey-server'] },
};

/** @type {Wanted} */
export const HAPROXY = {
  title: 'HAProxy',
  what: 'several nodes behind HAProxy',
  debianPackage: 'haproxy',
  programs: { HAPROXY_BIN: ['haproxy', '/usr/sbin/haproxy'] },
};

/** @type {Wanted} */
export const IPROUTE = {
  title: 'iproute2',
  what: 'several nodes in networks of their own',
  debianPackage: 'iproute2',
  programs: { IP_BIN: ['ip', '/usr/sbin/ip'] },
};

/** @type {Wanted} */
export const FAKETIME = {
  title: 'faketime',
  what: 'several nodes whose clocks are apart',
  debianPackage: 'faketime',
  programs: { FAKETIME_BIN: ['faketime'] },
};

/** @type {Wanted} */
export const NGINX = {
  title: 'nginx',
  what: 'HLS compared with nginx',
  debianPackage: 'nginx',
  programs: { NGINX_BIN: ['nginx'] },
};

/** @type {Wanted} */
export const WRK = {
  title: 'wrk',
  what: 'HLS compared with nginx',
  debianPackage: 'wrk',
  programs: { WRK_BIN: ['wrk'] },
};

/**
 * Finds a program. As root, reports and installs Debian's package if the program is missing.
 * @param {Wanted} wanted Setting one of its variables to an empty text disables the program.
 * @param {Report} report
 * @returns {Promise<Record<string, string> | null>} environment variable -> path; null if the
 * program is unavailable, which is reported
 */
export async function findOptional(wanted, report) {
  const { title, what, debianPackage, programs } = wanted;
  if (Object.keys(programs).some((name) => process.env[name] === '')) {
    report.begin(`${title} is disabled, so this is skipped: ${what}`);
    return null;
  }
  const present = await findPrograms(wanted);
  if (present) return present;
  if (!(await canInstallPackages())) {
    const line = installLine([debianPackage]);
    report.begin(
      `${title} isn't installed, so this is skipped: ${what}. To install it, type: ${line}`,
    );
    return null;
  }
  report.begin(`installing Debian's ${debianPackage}, about a minute`);
  try {
    await installWithoutStarting(debianPackage, report);
  } catch (error) {
    report.begin(`the installation failed, so this is skipped: ${what}. ${error.message}`);
  }
  return findPrograms(wanted);
}

/**
 * Returns the environment for tests, where an empty value means that a program is missing.
 * @param {Wanted} wanted
 * @param {Record<string, string> | null} found
 * @returns {Record<string, string>}
 */
export function asEnvironment({ programs }, found) {
  return found ?? Object.fromEntries(Object.keys(programs).map((name) => [name, '']));
}

/**
 * Installs a package without starting its server, whose port may be in use.
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
 * @returns {Promise<Record<string, string> | null>} null if one is missing
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
