import type { StageMixMedia } from '../../broadcast/ports/stage.js';
import { programmeSize } from '../../programme/scene-layout.js';
import type { Scene } from '../../protocol/scene.js';
import type { MixProgramme } from '../../protocol/stage.js';
import type { Participant } from '../room/participant.js';
import { MixPainter, sizeOfPicture } from './mix-painter.js';
import { type MixedScene, mixedScene } from './mixed-scene.js';
import { TextWidths } from './text-widths.js';

/** Returns one of the channel's assets as WebP; null if it doesn't exist. */
type AssetSource = (id: string) => Promise<Uint8Array | null>;

/**
 * The layout of one mixer's output: the positions of the videos, the background, and the overlays.
 */
export class MixPicture {
  readonly #assetOf: AssetSource;
  readonly #widths = new TextWidths();
  readonly #painter = new MixPainter(this.#widths);
  /** The pictures of the current scene. */
  #assets = new Map<string, Uint8Array>();
  /** The inputs from which the background and the overlays were last painted. */
  #painted = { background: '', overlays: '' };

  constructor(assetOf: AssetSource) {
    this.#assetOf = assetOf;
  }

  /** Makes the next call of {@link show} paint everything again, for a new mixer. */
  renew(): void {
    this.#painted = { background: '', overlays: '' };
  }

  /** Shows a programme with these people. @param nowMs the server's time, for the countdown */
  // oxlint-disable-next-line max-params -- The mixer, and everything that the picture depends on.
  async show(
    media: StageMixMedia,
    programme: MixProgramme,
    people: readonly Participant[],
    nowMs: number,
  ): Promise<void> {
    await this.#loadAssets(programme.scene);
    const logoPicture = this.#assets.get(programme.scene.logo?.asset ?? '');
    const size = programmeSize(programme.format);
    const logo = logoPicture ? await sizeOfPicture(logoPicture, size) : null;
    const videoSize = media.sizeOf.bind(media);
    const mixed = await this.#widths.measured((widthOf) =>
      mixedScene(programme, people, { videoSize, logo, widthOf }),
    );
    media.show(mixed.videos);
    await this.#paint(media, mixed, nowMs);
  }

  async #paint(media: StageMixMedia, mixed: MixedScene, nowMs: number): Promise<void> {
    const { state, view } = mixed;
    const { scene, overlays } = state;
    const cards = view.tiles.map(({ rect, tile }) => ({ rect, name: tile.name }));
    const background = JSON.stringify([scene?.background, scene?.fullscreen, scene?.accent, cards]);
    if (background !== this.#painted.background) {
      media.setBackground(await this.#painter.background(mixed, this.#assets));
      this.#painted.background = background;
    }
    const names = view.tiles.map(({ name }) => name);
    const seconds = overlays.countdownToMs === null ? 0 : Math.floor(nowMs / 1_000);
    const over = JSON.stringify([scene, overlays, view.overlays, names, seconds]);
    if (over === this.#painted.overlays) return;
    media.setOverlays(await this.#painter.overlays(mixed, this.#assets, nowMs));
    this.#painted.overlays = over;
  }

  async #loadAssets({ logo, background, fullscreen }: Scene): Promise<void> {
    const ids = [logo?.asset, background.asset, fullscreen].filter((id) => typeof id === 'string');
    const next = new Map<string, Uint8Array>();
    for (const id of ids) {
      const known = this.#assets.get(id) ?? (await this.#assetOf(id));
      if (known) next.set(id, known);
    }
    this.#assets = next;
  }
}
