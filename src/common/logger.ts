import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';

/**
 * A structured log; {@link Log.child} binds a context such as `{ channel, broadcastId }` to its
 * lines.
 */
export type Log = Logger;

/** Nest's injection token for the {@link Log}. */
export const LOG = Symbol('Log');

const LEVEL_NAMES: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info ',
  40: 'WARN ',
  50: 'ERROR',
};

/** The fields that are redacted in log lines, in case one is ever logged by mistake. */
const SECRETS = [
  'password',
  'token',
  'streamKey',
  'resumeToken',
  'secret',
  'cookie',
  'authorization',
];

/** The log level and format. */
type LogSettings = Readonly<{ level: string; format: 'json' | 'text' }>;

/** Creates the log of the process: JSON lines for machines, or short text lines for people. */
export function createLog({ level, format }: LogSettings): Log {
  const options = {
    level,
    base: null,
    redact: [...SECRETS, ...SECRETS.map((name) => `*.${name}`)],
  };
  return format === 'json'
    ? pino(options)
    : pino(options, { write: (line: string) => void process.stdout.write(asText(line)) });
}

function asText(line: string): string {
  const { level, time, msg, err, ...context } = JSON.parse(line) as {
    level: number;
    time: number;
    msg?: string;
    err?: { stack?: string; message?: string };
  };
  const bound = Object.entries(context)
    .map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
  const trace = err ? `\n${err.stack ?? err.message ?? ''}` : '';
  const at = new Date(time).toISOString().slice(11, 23);
  return `${at} ${LEVEL_NAMES[level] ?? level} ${msg ?? ''}${bound}${trace}\n`;
}

/** Forwards Nest's log lines to `log`; lines about progress get the level `debug`. */
export function nestLogger(log: Log): LoggerService {
  const text = (message: unknown) => (message instanceof Error ? message.message : String(message));
  return {
    log: (message) => log.debug(text(message)),
    debug: (message) => log.debug(text(message)),
    verbose: (message) => log.trace(text(message)),
    warn: (message) => log.warn(text(message)),
    error: (message, stack) =>
      log.error(
        { err: message instanceof Error ? message : { message: text(message), stack } },
        text(message),
      ),
    fatal: (message) => log.fatal(text(message)),
  };
}
