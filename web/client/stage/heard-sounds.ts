/**
 * Plays guests to the host, each through an audio element. If they were played through Web Audio,
 * the browser's echo cancellation wouldn't cover them. Chromium also passes a remote track's sound
 * to Web Audio only if an element plays the track, so without one, the programme would be silent
 * too.
 */
export class HeardSounds {
  readonly #elements = new Map<string, Map<string, HTMLAudioElement>>();
  readonly #volumes = new Map<string, number>();

  /** Replaces a participant's sound of this kind; null removes it. */
  setSound(participant: string, kind: string, track: MediaStreamTrack | null): void {
    const elements = this.#elements.get(participant) ?? new Map<string, HTMLAudioElement>();
    release(elements.get(kind));
    elements.delete(kind);
    if (track !== null) {
      const element = new Audio();
      element.srcObject = new MediaStream([track]);
      element.volume = this.#volumes.get(participant) ?? 1;
      elements.set(kind, element);
      // Playback is blocked until a click, or the sound was removed before playback started.
      element.play().catch(() => undefined);
    }
    if (elements.size === 0) this.#elements.delete(participant);
    else this.#elements.set(participant, elements);
  }

  /** @param volume 0 to 1 */
  setVolume(participant: string, volume: number): void {
    const bounded = Math.min(1, Math.max(0, volume));
    this.#volumes.set(participant, bounded);
    for (const element of this.#elements.get(participant)?.values() ?? []) element.volume = bounded;
  }

  /** Plays the sounds that the browser has blocked. Must be called in a click or key handler. */
  async resume(): Promise<void> {
    const paused = this.#all().filter((element) => element.paused);
    await Promise.all(paused.map(async (element) => element.play().catch(() => undefined)));
  }

  close(): void {
    for (const element of this.#all()) release(element);
    this.#elements.clear();
  }

  #all(): HTMLAudioElement[] {
    return [...this.#elements.values()].flatMap((elements) => [...elements.values()]);
  }
}

function release(element: HTMLAudioElement | undefined): void {
  if (element === undefined) return;
  element.pause();
  element.srcObject = null;
}
