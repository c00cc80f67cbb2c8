import { type ReadonlySignal, signal } from '@preact/signals';
import type { Scene, StageAsset } from '../../../../src/protocol/scene.js';
import { stageApi } from '../../../client/stage-api.js';
import type { StageMix } from '../../../client/stage/stage-mix.js';
import { toast } from '../../components/toast.js';
import { picturesOf } from './scene-pictures.js';

/** The channel's pictures for scenes: logos, backgrounds, and pictures that fill the programme. */
export class StagePictures {
  readonly #channel: string;
  readonly #mix: Pick<StageMix, 'setAssetPicture'>;
  readonly #all = signal<readonly StageAsset[]>([]);
  /** The ids of the pictures that have been passed to the mix. */
  readonly #given = new Set<string>();

  constructor(channel: string, mix: Pick<StageMix, 'setAssetPicture'>) {
    this.#channel = channel;
    this.#mix = mix;
  }

  get all(): ReadonlySignal<readonly StageAsset[]> {
    return this.#all;
  }

  /** Loads the list. Throws `RequestError`. */
  async load(): Promise<void> {
    this.#all.value = await stageApi.pictures(this.#channel);
  }

  /** Uploads a picture. Throws `RequestError`. */
  async add(file: File): Promise<StageAsset> {
    const added = await stageApi.addPicture(this.#channel, file);
    this.#all.value = [...this.#all.peek(), added];
    return added;
  }

  /** Deletes a picture. Throws `RequestError`. */
  async remove(id: string): Promise<void> {
    await stageApi.deletePicture(this.#channel, id);
    this.#all.value = this.#all.peek().filter((one) => one.id !== id);
  }

  urlOf(id: string): string {
    return stageApi.pictureUrl(this.#channel, id);
  }

  /** Passes the pictures that the scenes use to the mix. */
  give(scenes: readonly Scene[]): void {
    for (const id of scenes.flatMap(picturesOf)) {
      if (this.#given.has(id)) continue;
      this.#given.add(id);
      void this.#give(id);
    }
  }

  async #give(id: string): Promise<void> {
    try {
      const response = await fetch(this.urlOf(id));
      if (!response.ok) throw new Error(`status ${response.status}`);
      await this.#mix.setAssetPicture(id, await response.blob());
    } catch {
      // The picture was deleted elsewhere, or the connection broke. The scene is shown without it.
      this.#given.delete(id);
      toast({ text: 'Couldn’t load a picture for your scenes.', tone: 'danger' });
    }
  }
}
