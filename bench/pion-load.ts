import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { buildPion } from '../test/support/pion-program.js';
import { LineProgram } from './line-program.js';
import { CannotRun } from './row.js';

/** The addresses at which a stream is published and watched. */
export type Endpoints = Readonly<{ whip: string; token: string; whep: string }>;

const Failed = z.object({ error: z.string() });
const Counts = z.object({
  players: z.number(),
  packets: z.number(),
  bytes: z.number(),
  lost: z.number(),
});
/** The totals for all players so far. `lost`: the RTP packets that are missing. */
export type Counts = z.output<typeof Counts>;

/** The program test/clients/pion/load: one publisher and many players. */
export class PionLoad {
  readonly #program: LineProgram;

  private constructor(program: LineProgram) {
    this.#program = program;
  }

  /**
   * Returns the path of the program, for {@link start}, and a function that removes it.
   * @throws {CannotRun} without Go
   */
  static compile(): { program: string; remove: () => Promise<void> } {
    const program = buildPion('load');
    if (program === null) throw new CannotRun('It needs Go, and its modules from the network.');
    return { program, remove: () => rm(program) };
  }

  /** Resolves when the program is publishing. */
  static async start(program: string, { whip, token, whep }: Endpoints): Promise<PionLoad> {
    // A busy machine may be too slow to send 30 frames per second to all viewers.
    const fps = process.env['BENCH_FRAME_RATE'] ?? 30;
    const load = new PionLoad(
      new LineProgram(program, ['-whip', whip, '-token', token, '-whep', whep, '-fps', fps]),
    );
    parseAnswer(await load.#program.next());
    return load;
  }

  /** Adds players. Resolves when all are connected. */
  async join(count: number): Promise<void> {
    await this.#ask(`join ${count}`);
  }

  /** Starts or continues sending. */
  async go(): Promise<void> {
    await this.#ask('go');
  }

  /** Stops sending. The sessions stay connected. */
  async pause(): Promise<void> {
    await this.#ask('pause');
  }

  async counts(): Promise<Counts> {
    return Counts.parse(await this.#ask('counts'));
  }

  /** Ends all sessions by ending the program. */
  stop(): void {
    this.#program.stop();
  }

  async #ask(instruction: string): Promise<unknown> {
    return parseAnswer(await this.#program.ask(instruction));
  }
}

function parseAnswer(line: string): unknown {
  const answer: unknown = JSON.parse(line);
  const failed = Failed.safeParse(answer);
  if (failed.success) throw new Error(`pion: ${failed.data.error}`);
  return answer;
}
