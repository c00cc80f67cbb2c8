/**
 * Plays guests to the host, each by an audio element. Played through Web Audio, the sound would
 * escape the browser's echo cancellation; and without an element, Chromium feeds no sound of a
 * remote track to Web Audio, so that the programme would be silent too.
 */
export class HeardSounds {
  readonly #elements = new Map<string, Map<string, HTMLAudioElement>>();
  readonly #volumes = new Map<string, number>();

  /** Replaces a participant's sound of some kind; null removes it. */
  setSound(participant: string, kind: string, track: MediaStreamTrack | null): void {
    const elements = this.#elements.get(participant) ?? new Map<string, HTMLAudioElement>();
    release(elements.get(kind));
    elements.delete(kind);
    if (track !== null) {
      const element = new Audio();
      element.srcObject = new MediaStream([track]);
      element.volume = this.#volumes.get(participant) ?? 1;
      elements.set(kind, element);
      // Blocked until a click, or released before playback started.
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

  /** Plays again what the browser had blocked. Must be called in a click or key handler. */
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
