import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A track that the player received, and its state. */
export type PionTrack = Readonly<{ kind: string; ssrc: number; codec: string; packets: number }>;

/** A WHEP player based on pion (`test/clients/pion`), which MediaMTX and many others use. */
export class PionPlayer {
  tracks: readonly PionTrack[] = [];
  /** Its output, once it has exited; null while it plays. */
  ended: string | null = null;
  readonly #process: ChildProcess;

  /**
   * @param asks whether the player asks the server to make the offer
   * @param start starts the program; by default, on this machine
   */
  constructor(
    program: string,
    endpoint: string,
    {
      asks = false,
      start = ([command = '', ...args]) => spawn(command, args),
    }: { asks?: boolean; start?: (command: readonly string[]) => ChildProcess } = {},
  ) {
    this.#process = start([program, '-endpoint', endpoint, ...(asks ? ['-ask'] : [])]);
    const { stdout, stderr } = this.#process;
    let said = '';
    stderr?.on('data', (text: Buffer) => {
      said = (said + text.toString()).slice(-2_000);
    });
    if (stdout)
      createInterface({ input: stdout }).on('line', (line) => {
        this.tracks = JSON.parse(line) as PionTrack[];
      });
    this.#process.once('exit', () => {
      this.ended = said;
    });
  }

  packets(kind: 'audio' | 'video'): number {
    return this.tracks.find((track) => track.kind === kind)?.packets ?? 0;
  }

  stop(): void {
    this.#process.kill();
  }
}
