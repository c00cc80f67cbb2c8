import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SetUpError } from '../set-up/set-up-error.mjs';
import { tryRun } from '../set-up/run.mjs';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
const TRIES = 3;

/** Settings for temporary data, which doesn't have to survive a crash. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
};

/**
 * A PostgreSQL server with an empty database in a temporary folder, on a free port of 127.0.0.1,
 * independent of any other server on the machine.
 */
export class PostgresServer {
  #child;
  #folder;
  #closed;

  /**
   * @param {{ child: import('node:child_process').ChildProcess, folder: string, url: string }}
   *   parts
   */
  constructor({ child, folder, url }) {
    this.#child = child;
    this.#folder = folder;
    /** For DATABASE_URL. */
    this.url = url;
    this.#closed = once(child, 'close');
  }

  /**
   * @param {string} programs the folder with initdb and postgres
   * @returns {Promise<PostgresServer>} once it accepts connections
   * @throws {SetUpError} with the server's output, if it doesn't start
   */
  static async start(programs) {
    const owner = await serverAccount();
    const folder = await mkdtemp(join(tmpdir(), 'onair-postgres-'));
    try {
      const password = randomBytes(16).toString('hex');
      const data = await makeCluster({ programs, folder, password, owner });
      for (let attempt = 1; ; attempt += 1) {
        const port = await freePort();
        const url = `postgresql://onair:${password}@127.0.0.1:${port}/postgres`;
        try {
          const child = await launch({ programs, folder, data, port, owner });
          return new PostgresServer({ child, folder, url });
        } catch (error) {
          // Another process may have taken the port in the meantime.
          if (attempt === TRIES) throw error;
        }
      }
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Stops the server and removes its folder. */
  async close() {
    // SIGINT requests PostgreSQL's "fast" shutdown, and SIGQUIT its "immediate" one.
    this.#child.kill('SIGINT');
    const timer = setTimeout(() => this.#child.kill('SIGQUIT'), STOP_TIMEOUT_MS);
    await this.#closed;
    clearTimeout(timer);
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/**
 * Returns the account to run the server under, because PostgreSQL refuses to run as root.
 * @returns {Promise<{ uid?: number, gid?: number }>} empty for the current account
 */
async function serverAccount() {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await tryRun('id', [flag, 'postgres'])).output)),
  );
  if (!uid || !gid)
    throw new SetUpError(
      'PostgreSQL can’t run as root, and the account "postgres" does not exist.',
    );
  return { uid, gid };
}

/**
 * @param {{ programs: string, folder: string, password: string,
 *   owner: { uid?: number, gid?: number } }} options
 * @returns {Promise<string>} the cluster's folder
 */
async function makeCluster({ programs, folder, password, owner }) {
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password);
  if (owner.uid && owner.gid) {
    await chown(folder, owner.uid, owner.gid);
    await chown(passwordFile, owner.uid, owner.gid);
  }
  const data = join(folder, 'data');
  const child = spawn(
    join(programs, 'initdb'),
    [
      `--pgdata=${data}`,
      '--username=onair',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--no-locale',
      '--no-sync',
    ],
    { ...owner, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new SetUpError('initdb failed.', { output });
  return data;
}

/**
 * @param {{ programs: string, folder: string, data: string, port: number,
 *   owner: { uid?: number, gid?: number } }} options
 * @returns {Promise<import('node:child_process').ChildProcess>} once it accepts connections
 */
async function launch({ programs, folder, data, port, owner }) {
  const settings = Object.entries({ ...SETTINGS, port: String(port) });
  const child = spawn(
    join(programs, 'postgres'),
    ['-D', data, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    // The server's messages are parsed below, so they must be in English.
    { ...owner, cwd: folder, env: { LC_ALL: 'C' }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const timer = setTimeout(() => child.kill('SIGQUIT'), START_TIMEOUT_MS);
  let output = '';
  try {
    for await (const line of createInterface({ input: child.stderr })) {
      output += `${line}\n`;
      if (line.includes('database system is ready to accept connections')) {
        child.stderr.resume();
        return child;
      }
    }
  } finally {
    clearTimeout(timer);
  }
  throw new SetUpError('PostgreSQL did not start.', { output });
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
