import { signal } from '@preact/signals';

/** How long the last frame stays undimmed while the path changes, in milliseconds. */
const SWITCH_MS = 2_500;

/**
 * Tracks whether a `<video>` shows a frame of its source, and what replaces it while it does not.
 */
export class Frame {
  /** A frame of the current source is visible. */
  readonly isThere = signal(false);
  /** A frame was visible since `forget`, from this source or an earlier one. */
  readonly wasThere = signal(false);
  /** The path is changing: the last frame stands in for the first one of the new path. */
  readonly switching = signal(false);
  /** Called before the element loses its frame. */
  readonly beforeEmpty = new Set<() => void>();
  /** Incremented each time, so that a frame awaited earlier does not count. */
  #awaited = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  beginSwitch(): void {
    clearTimeout(this.#timer);
    this.switching.value = this.wasThere.peek();
    this.#timer = setTimeout(() => (this.switching.value = false), SWITCH_MS);
  }

  /** Marks the frame as gone until the next displayed one for which `counts` holds. */
  leave(video: HTMLVideoElement, counts: () => boolean): void {
    for (const keep of this.beforeEmpty) keep();
    this.isThere.value = false;
    this.#awaited += 1;
    const awaited = this.#awaited;
    const seen = (): void => {
      if (this.#awaited !== awaited) return;
      if (!counts()) return whenSeen(video, seen);
      this.isThere.value = true;
      this.wasThere.value = true;
      this.switching.value = false;
    };
    whenSeen(video, seen);
  }

  /** The broadcast is over: its last frame must not be shown again. */
  forget(): void {
    this.wasThere.value = false;
  }
}

/** Calls back at the next displayed frame. */
function whenSeen(video: HTMLVideoElement, seen: () => void): void {
  // The element's events fire for audio too, and its size is the previous stream's for a while.
  if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(seen);
  else (video as HTMLVideoElement).addEventListener('timeupdate', seen, { once: true });
}
