import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export type FetchedInTurn = Readonly<{ status: number; etag: string; bytes: number }>;

/** A client in a separate process that sends one request at a time. */
export class InTurn {
  readonly #child = fork(join(import.meta.dirname, 'fetch-in-turn.mjs'), { execArgv: [] });

  static async start(): Promise<InTurn> {
    const client = new InTurn();
    await once(client.#child, 'message');
    return client;
  }

  /** Fetches each URL `times` times. Resolves with the last responses. */
  async fetch(
    urls: readonly string[],
    { times = 1, headers = {} }: { times?: number; headers?: Record<string, string> } = {},
  ): Promise<FetchedInTurn[]> {
    const answered = once(this.#child, 'message') as Promise<[{ answers: FetchedInTurn[] }]>;
    this.#child.send({ urls, times, headers });
    const [{ answers }] = await answered;
    return answers;
  }

  stop(): void {
    this.#child.kill();
  }
}

/**
 * The time that the test process spent on some work, and the longest time that its event loop was
 * blocked.
 */
export type Spent = Readonly<{
  /** CPU time of all threads. */
  cpuMs: number;
  /** CPU time of the event loop's thread alone. */
  loopCpuMs: number;
  /**
   * The longest interval between two ticks of a 10 ms timer: wall-clock time, and the loop's CPU
   * time within it.
   */
  longestGapMs: number;
  longestHoldMs: number;
}>;

const TIMER_MS = 10;

/** Measures the test process during some work. */
export async function spentOn(work: () => Promise<unknown>): Promise<Spent> {
  let [longestGapMs, longestHoldMs] = [0, 0];
  let [lastMs, lastCpuMs] = [performance.now(), threadMs()];
  const firstCpuMs = lastCpuMs;
  const look = (): void => {
    const [nowMs, cpuMs] = [performance.now(), threadMs()];
    longestGapMs = Math.max(longestGapMs, nowMs - lastMs);
    longestHoldMs = Math.max(longestHoldMs, cpuMs - lastCpuMs);
    [lastMs, lastCpuMs] = [nowMs, cpuMs];
  };
  const timer = setInterval(look, TIMER_MS);
  const before = process.cpuUsage();
  await work();
  look();
  clearInterval(timer);
  const { user, system } = process.cpuUsage(before);
  return {
    cpuMs: (user + system) / 1_000,
    loopCpuMs: threadMs() - firstCpuMs,
    longestGapMs,
    longestHoldMs,
  };
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
