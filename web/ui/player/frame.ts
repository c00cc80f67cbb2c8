import { signal } from '@preact/signals';

/** For so long the last picture stays as it is while another way takes over, milliseconds. */
const SWITCH_MS = 2_500;

/** Whether a `<video>` has a picture of what it is to play, and what stands for it while it has none. */
export class Frame {
  /** One of the source is there to be seen. */
  readonly isThere = signal(false);
  /** There was one since `forget`, of this source or of one before. */
  readonly wasThere = signal(false);
  /** One way takes over from another: the last picture stands for the first one of the new. */
  readonly switching = signal(false);
  /** Called before the element loses its picture. */
  readonly beforeEmpty = new Set<() => void>();
  /** Raised each time: a picture that was waited for earlier does not count. */
  #awaited = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  beginSwitch(): void {
    clearTimeout(this.#timer);
    this.switching.value = this.wasThere.peek();
    this.#timer = setTimeout(() => (this.switching.value = false), SWITCH_MS);
  }

  /** The picture goes, until the next on the screen that `counts`. */
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

  /** What was on is over: its last picture is not to be shown again. */
  forget(): void {
    this.wasThere.value = false;
  }
}

/** Calls back at the next picture on the screen. */
function whenSeen(video: HTMLVideoElement, seen: () => void): void {
  // The element's own events tell of sound as well, and its size is the last stream's for a while.
  if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(seen);
  else (video as HTMLVideoElement).addEventListener('timeupdate', seen, { once: true });
}
