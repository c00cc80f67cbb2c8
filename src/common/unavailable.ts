/**
 * Error codes of Node, PostgreSQL and Prisma for a server that is unreachable or whose connection
 * was lost.
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

const DEPTH_MAX = 5;

/** Whether an error, or one of its causes, means that the database is unreachable. */
export function isConnectionLost(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > DEPTH_MAX) return false;
  if ('code' in error && typeof error.code === 'string' && GONE.has(error.code)) return true;
  if ('message' in error && typeof error.message === 'string' && isLostMessage(error.message))
    return true;
  if (error instanceof AggregateError)
    return error.errors.some((inner) => isConnectionLost(inner, depth + 1));
  return 'cause' in error && isConnectionLost(error.cause, depth + 1);
}

/** Recognizes errors that node-postgres throws without a code. */
function isLostMessage(message: string): boolean {
  return /Connection terminated|timeout exceeded when trying to connect|the embedded database has stopped/.test(
    message,
  );
}
