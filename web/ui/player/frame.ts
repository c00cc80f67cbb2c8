import { signal } from '@preact/signals';

/** How long the last frame remains undimmed while the path changes, in milliseconds. */
const SWITCH_MS = 2_500;

/**
 * Tracks whether a `<video>` shows a frame of its source, and whether an earlier frame can stand in
 * for one.
 */
export class Frame {
  /** Whether a frame of the current source is visible. */
  readonly isThere = signal(false);
  /** Whether a frame from this source or an earlier one has been visible since `forget`. */
  readonly wasThere = signal(false);
  /**
   * Whether the path is changing, in which case the last frame is shown until the new path's first
   * one.
   */
  readonly switching = signal(false);
  /** Called before the element loses its frame. */
  readonly beforeEmpty = new Set<() => void>();
  /** Incremented by each `leave`, so that a frame awaited by an earlier call doesn't count. */
  #awaited = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  beginSwitch(): void {
    clearTimeout(this.#timer);
    this.switching.value = this.wasThere.peek();
    this.#timer = setTimeout(() => (this.switching.value = false), SWITCH_MS);
  }

  /** Marks the frame as gone until the next displayed frame for which `counts` returns true. */
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

  /** Forgets the last frame, which must not be shown again because the broadcast is over. */
  forget(): void {
    this.wasThere.value = false;
  }
}

/** Calls back at the next displayed frame. */
function whenSeen(video: HTMLVideoElement, seen: () => void): void {
  // The element's events also occur for audio, and its size remains that of the previous stream for
  // a while.
  if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(seen);
  else (video as HTMLVideoElement).addEventListener('timeupdate', seen, { once: true });
}
