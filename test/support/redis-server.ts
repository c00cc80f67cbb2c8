import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { freePort } from './free-port.js';

/** Redis or Valkey, as scripts/test.mjs found it; empty if it is missing. */
const program: string = process.env.REDIS_BIN ?? '';

/** Whether Redis or Valkey is available. */
export const hasRedis: boolean = program !== '';

/** A Redis server that stores nothing on disk and can be restarted. */
export class RedisServer {
  private constructor(
    readonly url: string,
    private readonly args: readonly string[],
    private child: ChildProcess,
  ) {}

  static async start({ password = '' } = {}): Promise<RedisServer> {
    const port = await freePort();
    const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    if (password !== '') args.push('--requirepass', password);
    return new RedisServer(`redis://127.0.0.1:${port}`, args, await run(args));
  }

  /** Closes all connections that have subscribed to a channel. */
  async cutSubscribers(): Promise<void> {
    const admin = new Redis(this.url);
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    admin.disconnect();
  }

  /** Closes all connections that haven't subscribed to a channel. */
  async cutPublishers(): Promise<void> {
    const admin = new Redis(this.url);
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal');
    admin.disconnect();
  }

  /** Freezes the server: connections stay open, but it doesn't respond. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  async restart(): Promise<void> {
    await this.close();
    this.child = await run(this.args);
  }

  async close(): Promise<void> {
    const ended = once(this.child, 'exit');
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await ended;
  }
}

async function run(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.includes('Ready to accept connections')) resolve();
  });
  child.once('error', reject);
  child.once('exit', (code) => reject(new Error(`${program} ended with ${code}:\n${output}`)));
  await promise;
  return child;
}
