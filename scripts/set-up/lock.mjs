import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const HEARTBEAT_MS = 2_000;
/** After this long without a heartbeat, a lock counts as abandoned by a killed process. */
const STALE_MS = 30_000;
const RETRY_MS = 250;

/**
 * Runs `work` while holding a lock file, which only one process at a time can hold.
 * @template T
 * @param {string} file
 * @param {{ work: () => Promise<T>, onWait?: (owner: string) => void }} options onWait is called
 * once with the owner if another process has the lock
 * @returns {Promise<T>}
 */
export async function withLock(file, { work, onWait }) {
  const owner = JSON.stringify({ host: hostname(), pid: process.pid });
  await mkdir(dirname(file), { recursive: true });
  let told = false;
  while (!(await take(file, owner))) {
    const holder = await readFile(file, 'utf8').catch(() => '');
    if (await isStale(file, holder)) {
      await rm(file, { force: true });
      continue;
    }
    if (!told) onWait?.(describeOwner(holder));
    told = true;
    await delay(RETRY_MS);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    // Another process may have removed the file if it looked stale after the machine was suspended.
    void utimes(file, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await readFile(file, 'utf8').catch(() => '')) === owner) await rm(file, { force: true });
  }
}

/**
 * @param {string} file
 * @param {string} owner
 */
async function take(file, owner) {
  try {
    await writeFile(file, owner, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * @param {string} file
 * @param {string} holder
 */
async function isStale(file, holder) {
  const stats = await stat(file).catch(() => null);
  if (!stats) return false;
  if (Date.now() - stats.mtimeMs > STALE_MS) return true;
  const { host, pid } = parseOwner(holder);
  return host === hostname() && !isAlive(pid);
}

/**
 * @param {string} text
 * @returns {{ host?: string, pid?: number }}
 */
function parseOwner(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {}; // A process is writing the file, or was killed; the heartbeat decides.
  }
}

/** @param {string} text */
function describeOwner(text) {
  const { host, pid } = parseOwner(text);
  return pid ? `process ${pid}${host === hostname() ? '' : ` on ${host}`}` : 'another process';
}

/** @param {number | undefined} pid */
function isAlive(pid) {
  if (!pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
