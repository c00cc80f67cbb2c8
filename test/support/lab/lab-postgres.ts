import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LabNetwork } from './lab-network.js';
import { LabProgram } from './lab-program.js';

/** PostgreSQL refuses to run as root. */
const AS_POSTGRES = ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'];

/**
 * PostgreSQL on a host in the lab. Unlike the tests' other PostgreSQL server, it writes to the disk
 * before it confirms a transaction, so it loses nothing when it is killed.
 */
export class LabPostgres extends LabProgram {
  #folder = '';

  static async open(network: LabNetwork): Promise<LabPostgres> {
    const programs = process.env.POSTGRES_BIN_DIR ?? '';
    const host = await network.addHost('pg');
    const folder = await mkdtemp(join(tmpdir(), 'onair-lab-postgres-'));
    await promisify(execFile)('chown', ['postgres:postgres', folder]);
    const data = join(folder, 'data');
    const [setpriv = '', ...account] = AS_POSTGRES;
    const init = [
      '--no-sync',
      '--username=onair',
      '--auth=trust',
      '--encoding=UTF8',
      '--no-locale',
    ];
    await promisify(execFile)(
      setpriv,
      [...account, join(programs, 'initdb'), `--pgdata=${data}`, ...init],
      { cwd: folder },
    );
    await promisify(execFile)('sh', [
      '-c',
      `echo 'host all all 198.18.0.0/15 trust' >> "${data}/pg_hba.conf"`,
    ]);
    const settings = {
      listen_addresses: '*',
      unix_socket_directories: '',
      max_connections: '200',
    };
    const server = new LabPostgres(network, host, {
      command: [
        ...AS_POSTGRES,
        join(programs, 'postgres'),
        '-D',
        data,
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      // The server's messages are parsed, so they must be in English.
      env: { LC_ALL: 'C' },
      ready: 'database system is ready to accept connections',
      cwd: folder,
    });
    server.#folder = folder;
    await server.start();
    return server;
  }

  /** The value of DATABASE_URL. */
  get url(): string {
    return `postgresql://onair@${this.host.address}/postgres`;
  }

  async close(): Promise<void> {
    await this.end('SIGQUIT');
    await rm(this.#folder, { recursive: true, force: true });
  }
}
