import { BANNER_AUTHOR_MAX, OVERLAY_TEXT_MAX } from '../../../../src/protocol/limits.js';
import type { Overlays } from '../../../../src/protocol/scene.js';
import { VOLUME_MAX } from '../../../client/stage/programme-sound.js';
import type { TabStorage } from '../state/stage-mark.js';

/** The guests' volumes in the programme, by participant: 0 to 2, where 1 changes nothing. */
export type Volumes = ReadonlyMap<string, number>;

/** The host's settings for an open stage that the server doesn't store. */
export interface StageSettings {
  /** The scene that viewers see; null for the first. */
  readonly shownId: string | null;
  readonly previewsFirst: boolean;
  readonly overlays: Overlays;
  readonly volumes: Volumes;
}

const PREFIX = 'onair.stage.settings.';

/** Keeps the settings of a channel's stage in this tab, so that a reload doesn't change the programme. */
export class StageMemory {
  readonly #storage: TabStorage;
  readonly #key: string;

  /** @param storage the tab's sessionStorage */
  constructor(storage: TabStorage, channel: string) {
    this.#storage = storage;
    this.#key = PREFIX + channel;
  }

  /** Returns the settings. Missing or invalid ones have their initial values. */
  read(): StageSettings {
    const { shownId, previewsFirst, overlays, volumes } = recordOf(
      parse(this.#storage.getItem(this.#key)),
    );
    const { banner, countdownToMs } = recordOf(overlays);
    return {
      shownId: typeof shownId === 'string' ? shownId : null,
      previewsFirst: previewsFirst === true,
      overlays: {
        banner: bannerOf(banner),
        countdownToMs: Number.isFinite(countdownToMs) ? Number(countdownToMs) : null,
      },
      volumes: new Map(Object.entries(recordOf(volumes)).filter(isVolume)),
    };
  }

  keep(settings: StageSettings): void {
    const volumes = Object.fromEntries(settings.volumes);
    try {
      this.#storage.setItem(this.#key, JSON.stringify({ ...settings, volumes }));
    } catch {
      // Storage is full. After a reload, the stage has its initial settings.
    }
  }

  forget(): void {
    this.#storage.removeItem(this.#key);
  }
}

function parse(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function bannerOf(value: unknown): Overlays['banner'] {
  const { author, text } = recordOf(value);
  if (typeof author !== 'string' || author.length > BANNER_AUTHOR_MAX) return null;
  if (typeof text !== 'string' || text === '' || text.length > OVERLAY_TEXT_MAX) return null;
  return { author, text };
}

function isVolume(entry: [string, unknown]): entry is [string, number] {
  const [, volume] = entry;
  return typeof volume === 'number' && volume >= 0 && volume <= VOLUME_MAX;
}
