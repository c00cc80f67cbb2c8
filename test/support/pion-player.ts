import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const SOURCE = resolve('test/clients/pion');
/** The first build downloads the modules. */
const BUILD_TIMEOUT_MS = 300_000;

/** A track that the player received, and its state. */
export type PionTrack = Readonly<{ kind: string; ssrc: number; codec: string; packets: number }>;

/** Compiles the player; null if Go is missing, GO_BIN is empty, or the modules are unavailable. */
export function buildPionPlayer(): string | null {
  const go = process.env['GO_BIN'] ?? 'go';
  if (go === '') return null;
  const program = join(tmpdir(), `onair-pion-player-${process.pid}`);
  const { status } = spawnSync(go, ['build', '-o', program, '.'], {
    cwd: SOURCE,
    timeout: BUILD_TIMEOUT_MS,
    stdio: 'ignore',
  });
  return status === 0 ? program : null;
}

/** A WHEP player on pion (`test/clients/pion`), which MediaMTX and many others use. */
export class PionPlayer {
  tracks: readonly PionTrack[] = [];
  /** Its output when it ended; null while it plays. */
  ended: string | null = null;
  readonly #process: ChildProcess;

  /** @param asks whether the server makes the offer */
  constructor(program: string, endpoint: string, { asks = false } = {}) {
    this.#process = spawn(program, ['-endpoint', endpoint, ...(asks ? ['-ask'] : [])]);
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
