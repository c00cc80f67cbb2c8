import { FirstAdministrator } from './admin/first-administrator.js';
import { startApp } from './app.js';
import { StartError } from './common/start-error.js';
import { ConfigError } from './config/config.js';
import { configFromEnvironment } from './config/environment.js';

/** A shut-down that takes longer is cut short. */
const CLOSE_TIMEOUT_MS = 10_000;
/** A second signal within this time is the first one again; a later one asks to stop at once. */
const ECHO_MS = 1_000;

/** What group and others may do with files that this process makes: nothing. */
const UMASK = 0o077;

async function main(): Promise<void> {
  // Before the first file, and for the media workers and FFmpeg as well.
  process.umask(UMASK);
  const { app, url } = await startApp(configFromEnvironment());
  let closingSinceMs: number | null = null;
  const close = (signal: NodeJS.Signals) => {
    const nowMs = performance.now();
    if (closingSinceMs !== null) {
      // Ctrl+C reaches every process of the terminal, and the starter passes its own on: one request.
      if (nowMs - closingSinceMs > ECHO_MS) process.exit(1);
      return;
    }
    closingSinceMs = nowMs;
    process.stdout.write(`Onair stops (${signal}).\n`);
    setTimeout(() => process.exit(1), CLOSE_TIMEOUT_MS).unref();
    app.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGINT', close).on('SIGTERM', close);
  process.stdout.write(`Onair is ready: ${url}\n`);
  const link = await app.get(FirstAdministrator).link();
  if (link !== null)
    process.stdout.write(`There is no administrator yet. Become one, once, at: ${link}\n`);
}

/** Says why and ends: in plain words where a person can put it right, else with all there is. */
function fail(error: unknown): never {
  process.stderr.write(`${sentence(error)}\n`);
  process.exit(1);
}

function sentence(error: unknown): string {
  if (error instanceof ConfigError || error instanceof StartError) return error.message;
  if (!(error instanceof Error)) return String(error);
  return systemSentence(error) ?? error.stack ?? error.message;
}

/** What to do about errors of the operating system that a start can meet. */
function systemSentence(error: Error & Partial<NodeJS.ErrnoException & { port: number }>) {
  const { code, port, message } = error;
  if (code === 'EADDRINUSE' && port !== undefined)
    return `Port ${port} is in use. Stop the other program, or choose another port: PORT=${port + 1} npm start`;
  if (code === 'EACCES' && port !== undefined)
    return `Port ${port} needs more rights. Choose one above 1023: PORT=8080 npm start`;
  // mediasoup passes on the message only.
  const [, program] = /^spawn (.+) ENOENT$/.exec(message) ?? [];
  if (program !== undefined)
    return `The media worker ${program} is not there. Start with “npm start”, which makes it, or set MEDIASOUP_WORKER_BIN.`;
  return undefined;
}

main().catch(fail);
