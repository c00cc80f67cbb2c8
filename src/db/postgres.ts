import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '../common/logger.js';
import { StartError } from '../common/start-error.js';

const CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
/** How long to wait for a PostgreSQL server that is still starting, in milliseconds. */
const PATIENCE_MS = 30_000;
const RETRY_EVERY_MS = 1_000;

/**
 * Codes of errors that may be temporary: connection refused, no route, unknown name, starting up,
 * too many clients.
 */
const PASSING: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  '57P03',
  '53300',
]);

const REASONS: Readonly<Record<string, string>> = {
  '28P01': 'wrong user name or password',
  '28000': 'this user is not allowed to log in from this machine',
  '3D000': 'the database does not exist; create it first',
  ECONNREFUSED: 'no server is listening at this address and port',
  ENOTFOUND: 'the host name does not exist',
};

/**
 * Connects to PostgreSQL, and waits for up to `patienceMs` if it isn't running yet.
 * @throws {StartError} if it is unavailable; the message contains the user, host and database, but
 *   never the password
 */
export async function connectPool(
  url: string,
  log: Log,
  patienceMs: number = PATIENCE_MS,
): Promise<pg.Pool> {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // Without a listener, the process would exit when an idle connection is lost.
  pool.on('error', () => undefined);
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      (await pool.connect()).release();
      return pool;
    } catch (cause) {
      const reason = reasonOf(cause);
      if (!mayPass(cause) || performance.now() >= giveUpAt) {
        await pool.end();
        throw new StartError(
          `The database ${withoutPassword(url)} can't be used: ${reason}. (Set by DATABASE_URL.)`,
          { cause },
        );
      }
      log.warn({ database: withoutPassword(url), reason }, 'waiting for the database');
      await sleep(RETRY_EVERY_MS);
    }
  }
}

/** Returns a database's URL without its password. */
export function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)';
  const { protocol, username, host, pathname } = new URL(url);
  return `${protocol}//${username ? `${username}@` : ''}${host}${pathname}`;
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function mayPass(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return PASSING.has(code);
  // pg-pool's own timeout error has no code.
  return error instanceof Error && /timeout|terminated/i.test(error.message);
}

function reasonOf(error: unknown): string {
  const known = REASONS[codeOf(error) ?? ''];
  if (known !== undefined) return known;
  return error instanceof Error && error.message !== '' ? error.message : String(codeOf(error));
}
