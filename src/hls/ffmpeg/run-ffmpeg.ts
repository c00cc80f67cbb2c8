import { spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';

/** What it says of an error is cut at this. */
const MESSAGE_MAX = 500;

type Options = Readonly<{
  program: string;
  args: readonly string[];
  input: readonly Uint8Array[];
  timeoutMs: number;
  /** More output than this is refused, bytes. */
  outputMax: number;
}>;

/**
 * Runs FFmpeg at low priority from bytes to bytes: `args` read `pipe:0` and write `pipe:1`.
 * Rejects with what FFmpeg says when it fails, takes too long (it is killed) or writes too much.
 */
export function runFfmpeg({
  program,
  args,
  input,
  timeoutMs,
  outputMax,
}: Options): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const child = spawn(program, ['-hide_banner', '-nostdin', '-loglevel', 'error', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let said = '';
  const giveUp = (reason: string) => {
    reject(new Error(reason));
    child.kill('SIGKILL');
  };
  const timer = setTimeout(() => giveUp('FFmpeg took too long'), timeoutMs);
  child.stdout.on('data', (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > outputMax) giveUp('FFmpeg wrote more than was expected');
    else chunks.push(chunk);
  });
  child.stderr.on('data', (chunk: Uint8Array) => {
    said = `${said}${Buffer.from(chunk).toString()}`.slice(0, MESSAGE_MAX);
  });
  child.once('spawn', () => child.pid && setPriority(child.pid, constants.priority.PRIORITY_LOW));
  child.once('error', (cause) => reject(new Error('FFmpeg can not be started', { cause })));
  child.once('close', (code) => {
    clearTimeout(timer);
    if (code === 0) resolve(Buffer.concat(chunks));
    else reject(new Error(`FFmpeg failed (${code}): ${said.trim()}`));
  });
  // It need not read to the end: then the pipe breaks, and its exit code says how it went.
  child.stdin.on('error', () => {});
  for (const piece of input) child.stdin.write(piece);
  child.stdin.end();
  return promise;
}
