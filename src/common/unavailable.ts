/**
 * The codes that Node, PostgreSQL and Prisma use for an unreachable server or a lost connection.
 */
const GONE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  '53300', // too_many_connections
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  'P1001', // can't reach database server
  'P1002', // timed out
  'P1008', // operations timed out
  'P1017', // server has closed the connection
  'P2024', // no free connection in time
]);

/**
 * The names of the same failures in Prisma's driver adapter, which replaces some of node-postgres's
 * errors.
 */
const GONE_KINDS: ReadonlySet<string> = new Set([
  'ConnectionClosed',
  'DatabaseNotReachable',
  'SocketTimeout',
  'TooManyConnections',
]);

const DEPTH_MAX = 5;

/** Whether an error, or one of its causes, means that the database is unreachable. */
export function isConnectionLost(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > DEPTH_MAX) return false;
  const { code, originalCode, kind, message } = error as Readonly<Record<string, unknown>>;
  if (isIn(GONE, code) || isIn(GONE, originalCode) || isIn(GONE_KINDS, kind)) return true;
  if (typeof message === 'string' && isLostMessage(message)) return true;
  return causesOf(error).some((cause) => isConnectionLost(cause, depth + 1));
}

function isIn(known: ReadonlySet<string>, value: unknown): boolean {
  return typeof value === 'string' && known.has(value);
}

/** Returns the causes of an error. A failed raw statement (P2010) has its cause only in `meta`. */
function causesOf(error: object): unknown[] {
  const { cause, meta } = error as { cause?: unknown; meta?: { driverAdapterError?: unknown } };
  const inner: unknown[] = error instanceof AggregateError ? error.errors : [];
  return [cause, meta?.driverAdapterError, ...inner];
}

/** Recognizes errors that node-postgres throws without a code. */
function isLostMessage(message: string): boolean {
  return /Connection terminated|is not queryable|timeout exceeded when trying to connect|the embedded database has stopped/.test(
    message,
  );
}
