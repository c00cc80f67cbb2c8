import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FirstAdministrator } from './admin/first-administrator.js';
import { startApp } from './app.js';
import { NodeDrain } from './cluster/node-drain.js';
import { StartError } from './common/start-error.js';
import { ConfigError } from './config/config-error.js';
import { configFromEnvironment } from './config/config-from-environment.js';

/** The time limit for recording the start of the drain in the database, in milliseconds. */
const DRAIN_TIMEOUT_MS = 5_000;
/** The maximum duration of a shutdown after the drain, in milliseconds. */
const CLOSE_TIMEOUT_MS = 10_000;
/**
 * The time in milliseconds within which a second signal counts as a repetition of the first. A
 * later signal stops the process immediately.
 */
const ECHO_MS = 1_000;

/** The umask that denies group and others all access to the files created by this process. */
const UMASK = 0o077;

async function main(): Promise<void> {
  // The umask must be set before the first file is created. Media workers and FFmpeg inherit it.
  process.umask(UMASK);
  const { app, url } = await startApp(configFromEnvironment());
  // The link is read from the database, which a signal closes.
  const link = await app.get(FirstAdministrator).link();
  let closingSinceMs: number | null = null;
  const close = (signal: NodeJS.Signals) => {
    const nowMs = performance.now();
    if (closingSinceMs !== null) {
      // Ctrl+C sends the signal to every process in the terminal, and the starter forwards it too.
      if (nowMs - closingSinceMs > ECHO_MS) process.exit(1);
      return;
    }
    closingSinceMs = nowMs;
    process.stdout.write(`Onair is stopping (${signal}).\n`);
    stop(app, signal).then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGINT', close).on('SIGTERM', close);
  process.stdout.write(`Onair is ready: ${url}\n`);
  if (link !== null)
    process.stdout.write(
      `No administrator exists yet. Create one with this one-time link: ${link}\n`,
    );
}

/**
 * Closes the server. After SIGTERM, which service managers send, the clients first move to other
 * nodes, if there are any.
 */
async function stop(app: NestFastifyApplication, signal: NodeJS.Signals): Promise<void> {
  const drain = app.get(NodeDrain);
  if (signal === 'SIGTERM' && drain.durationMs > 0 && (await begins(drain))) await drain.ended;
  const late = `Onair did not stop within ${CLOSE_TIMEOUT_MS / 1_000} s, so it exits.`;
  setTimeout(() => fail(late), CLOSE_TIMEOUT_MS).unref();
  await app.close();
}

/**
 * Starts the drain. Resolves to false if that is impossible, for example because the database is
 * unavailable.
 */
async function begins(drain: NodeDrain): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  setTimeout(resolve, DRAIN_TIMEOUT_MS, false).unref();
  return Promise.race([drain.drain({ stops: true }).catch(() => false), late]);
}

/**
 * Prints an error and exits. Prints a sentence if the operator can fix the problem; otherwise,
 * prints the stack.
 */
function fail(error: unknown): never {
  process.stderr.write(`${sentence(error)}\n`);
  process.exit(1);
}

function sentence(error: unknown): string {
  if (error instanceof ConfigError || error instanceof StartError) return error.message;
  if (!(error instanceof Error)) return String(error);
  return systemSentence(error) ?? error.stack ?? error.message;
}

/**
 * Returns a sentence that says what to do about an operating system error; undefined if the error
 * isn't known.
 */
function systemSentence(error: Error & Partial<NodeJS.ErrnoException & { port: number }>) {
  const { code, port, message } = error;
  if (code === 'EADDRINUSE' && port !== undefined)
    return `Port ${port} is in use. Stop the other program, or choose another port: PORT=${port + 1} npm start`;
  if (code === 'EACCES' && port !== undefined)
    return `Port ${port} requires more privileges. Choose one above 1023: PORT=8080 npm start`;
  // mediasoup preserves only the message.
  const [, program] = /^spawn (.+) ENOENT$/.exec(message) ?? [];
  if (program !== undefined)
    return `The media worker ${program} does not exist. Start with “npm start”, which installs it, or set MEDIASOUP_WORKER_BIN.`;
  return undefined;
}

main().catch(fail);
