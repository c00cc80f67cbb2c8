import type { types } from 'mediasoup';
import type { BroadcastOutput } from '../broadcast-output.js';
import { LocalPipe } from '../local-pipe.js';

type Options = Readonly<{
  /** The output of the broadcast that is the programme. */
  output: BroadcastOutput;
  /** The stage's router. */
  router: types.Router;
  /** Called when the video becomes available in the stage's router, or has ended there. */
  onChange: () => void;
  /** Called if the video can't be made available. */
  onError: (error: unknown) => void;
}>;

/** Pipes a broadcast's video into a stage's router. */
export class ProgrammePicture {
  readonly #options: Options;
  readonly #pipe: Promise<LocalPipe>;
  /** The tracks in the stage's router, by the ids of the originals. */
  readonly #piped = new Map<string, types.Producer>();
  readonly #offs: readonly (() => void)[];
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
    const { output, router } = options;
    this.#pipe = LocalPipe.open(output.origin.router, router);
    this.#offs = [
      output.events.on('trackAdded', (producer) => this.#add(producer)),
      output.events.on('trackReplaced', (before, after) => {
        this.#piped.get(before.id)?.close();
        this.#add(after);
      }),
    ];
    this.#pipe.catch((error: unknown) => this.#failed(error));
    for (const producer of output.producers) this.#add(producer);
  }

  /** The tracks that are available. There is more than one only while a track is being replaced. */
  get producers(): types.Producer[] {
    return [...this.#piped.values()];
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const off of this.#offs) off();
    void this.#pipe.then(
      (pipe) => pipe.close(),
      () => undefined,
    );
    // The producers close with the pipe, which may take a moment to open.
    for (const producer of this.#piped.values()) producer.close();
  }

  #add(original: types.Producer): void {
    if (original.kind !== 'video') return;
    this.#piping(original).catch((error: unknown) => this.#failed(error));
  }

  async #piping(original: types.Producer): Promise<void> {
    const pipe = await this.#pipe;
    if (this.#closed || original.closed) return;
    const producer = await pipe.add(original);
    await pipe.start();
    if (this.#closed || producer.closed) return producer.close();
    this.#piped.set(original.id, producer);
    producer.observer.once('close', () => {
      this.#piped.delete(original.id);
      if (!this.#closed) this.#options.onChange();
    });
    this.#options.onChange();
  }

  #failed(error: unknown): void {
    const { output, router, onError } = this.#options;
    // The broadcast or the stage has ended in the meantime.
    if (!this.#closed && !output.closed && !router.closed) onError(error);
  }
}
