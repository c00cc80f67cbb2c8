import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { canInstallPackages, installLine, installPackages } from '../set-up/debian.mjs';

/** @typedef {import('../set-up/progress.mjs').Report} Report */

const ON_DEBIAN = '/usr/lib/postgresql';
const CLUSTER_SETTINGS = '/etc/postgresql-common/createcluster.conf';

/**
 * Finds PostgreSQL's server programs, or installs Debian's without starting a server.
 * @param {Report} report
 * @returns {Promise<string | null>} the folder with initdb and postgres; null if unavailable, which
 * is reported
 */
export async function findPostgres(report) {
  const present = await installedPostgres();
  if (present) return present;
  if (!(await canInstallPackages())) {
    report.begin(
      "PostgreSQL isn't installed, so its tests are skipped. To install it, type: " +
        installLine(['postgresql']),
    );
    return null;
  }
  report.begin("installing Debian's PostgreSQL for its tests, about a minute");
  try {
    await installWithoutCluster(report);
  } catch (error) {
    report.begin(`the installation failed, so its tests are skipped. ${error.message}`);
  }
  return installedPostgres();
}

async function installedPostgres() {
  const versions = await readdir(ON_DEBIAN).catch(() => []);
  versions.sort((a, b) => Number(b) - Number(a));
  const folders = [
    ...versions.map((version) => join(ON_DEBIAN, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb'))) ?? null;
}

/**
 * Installs PostgreSQL without a cluster. Debian's package creates one and starts it on port 5432
 * unless the machine's settings prevent that. This changes the settings for the installation, and
 * restores them afterwards, because the machine's owner may want a cluster later.
 * @param {Report} report
 */
async function installWithoutCluster(report) {
  await installPackages(['postgresql-common'], { report });
  const settings = await readFile(CLUSTER_SETTINGS, 'utf8');
  await writeFile(CLUSTER_SETTINGS, withoutMainCluster(settings));
  try {
    await installPackages(['postgresql'], { report });
  } finally {
    await writeFile(CLUSTER_SETTINGS, settings);
  }
}

/**
 * @param {string} settings the text of createcluster.conf
 * @returns {string} the same settings with the creation of a cluster turned off
 */
export function withoutMainCluster(settings) {
  const others = settings.split('\n').filter((line) => !/^\s*create_main_cluster\b/.test(line));
  return `${others.join('\n').trimEnd()}\ncreate_main_cluster = false\n`;
}
