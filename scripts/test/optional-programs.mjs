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
 * An optional program that some tests or benchmarks use.
 * @typedef {object} Wanted
 * @property {string} title its usual name
 * @property {string} what the feature that can't be tested without it; completes "Not tested: …"
 * @property {string} debianPackage one or several, separated by spaces
 * @property {string[]} [check] arguments with which the first program must succeed
 * @property {Record<string, string[]>} programs environment variable -> possible names of the
 * program
 * @property {Record<string, string>} [files] environment variable -> path of another file that it needs
 */

/** @type {Wanted} */
export const FFMPEG = {
  title: 'FFmpeg',
  what: 'everything with FFmpeg: thumbnails, VP8 to H.264, validation of HLS',
  debianPackage: 'ffmpeg',
  programs: { FFMPEG_BIN: ['ffmpeg'], FFPROBE_BIN: ['ffprobe'] },
};

/** @type {Wanted} */
export const GSTREAMER = {
  title: 'GStreamer',
  what: 'stages that the server mixes',
  debianPackage: [
    'python3-gi gir1.2-gstreamer-1.0 gir1.2-gst-plugins-base-1.0 gstreamer1.0-plugins-base',
    'gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav',
  ].join(' '),
  programs: { MIX_PYTHON_BIN: ['/usr/bin/python3', 'python3'] },
  check: ['-B', 'native/mixer/main.py', '--check'],
};

/** @type {Wanted} */
export const LIBSRT = {
  title: 'libsrt',
  what: 'publishing over SRT',
  debianPackage: 'python3 libsrt1.5-gnutls',
  programs: { SRT_PYTHON_BIN: ['/usr/bin/python3', 'python3'] },
  check: ['-B', 'native/srt/main.py', '--check'],
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
  what: 'several nodes in their own networks',
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
  what: 'several nodes behind nginx, HLS compared with nginx',
  debianPackage: 'nginx',
  programs: { NGINX_BIN: ['nginx', '/usr/sbin/nginx'] },
};

/** @type {Wanted} */
export const NGINX_RTMP = {
  title: 'nginx’s RTMP module',
  what: 'restreams to an RTMP server that refuses keys',
  debianPackage: 'libnginx-mod-rtmp',
  programs: { NGINX_BIN: ['nginx', '/usr/sbin/nginx'] },
  files: { NGINX_RTMP_MODULE: '/usr/lib/nginx/modules/ngx_rtmp_module.so' },
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
 * @param {Wanted} wanted Setting one of its variables to an empty string disables the program.
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
    const line = installLine(debianPackage.split(' '));
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
export function asEnvironment({ programs, files = {} }, found) {
  const names = Object.keys(files).length > 0 ? Object.keys(files) : Object.keys(programs);
  return found ?? Object.fromEntries(names.map((name) => [name, '']));
}

/**
 * Installs a package without starting its server, whose port may be in use.
 * @param {string} debianPackage
 * @param {Report} report
 */
async function installWithoutStarting(debianPackage, report) {
  if (existsSync(START_POLICY)) return installPackages(debianPackage.split(' '), { report });
  await writeFile(START_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await installPackages(debianPackage.split(' '), { report });
  } finally {
    await rm(START_POLICY);
  }
}

/**
 * @param {Wanted} wanted
 * @returns {Promise<Record<string, string> | null>} null if one is missing
 */
async function findPrograms({ programs, files = {}, check }) {
  if (!Object.values(files).every((path) => existsSync(path))) return null;
  const entries = await Promise.all(
    Object.entries(programs).map(async ([variable, names]) => [
      variable,
      await firstProgram([process.env[variable], ...inPath(names)], check),
    ]),
  );
  return entries.every(([, path]) => path !== null)
    ? { ...Object.fromEntries(entries), ...files }
    : null;
}
