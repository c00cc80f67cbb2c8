import type { ClockAnchor, MediaUnit } from '../../broadcast/ports/unit-track.js';
import type { ProgramRtp } from './program-rtp.js';
import type { UnitOutput } from './program-track.js';

/** Sends a program's sound to viewers over WebRTC, as long as it is offered. */
export class AudioOutput implements UnitOutput {
  readonly #open: () => ProgramRtp;
  #rtp: ProgramRtp | null = null;
  #isOffered = true;
  #anchor: ClockAnchor | null = null;

  constructor(open: () => ProgramRtp) {
    this.#open = open;
  }

  setOffered(isOffered: boolean): void {
    this.#isOffered = isOffered;
    if (!isOffered) this.close();
  }

  push({ data, decodeTime, arrivedMs }: MediaUnit): void {
    if (!this.#isOffered) return;
    if (this.#rtp === null) {
      this.#rtp = this.#open();
      if (this.#anchor) this.#rtp.setClock(this.#anchor);
    }
    this.#rtp.send([[data]], {
      decodeTime,
      shownTime: decodeTime,
      arrivedMs,
    });
  }

  setClock(anchor: ClockAnchor): void {
    this.#anchor = anchor;
    this.#rtp?.setClock(anchor);
  }

  close(): void {
    this.#rtp?.close();
    this.#rtp = null;
  }
}
