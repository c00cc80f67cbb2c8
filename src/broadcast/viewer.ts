import type { Peer } from './peer.js';
import type { ViewerMedia } from './ports/media.js';

/** A viewer of a channel. */
export class Viewer {
  readonly peer: Peer;
  #media: ViewerMedia | null = null;
  #isSilent = false;

  constructor(peer: Peer) {
    this.peer = peer;
  }

  /** The viewer's WebRTC connection; null while the viewer uses HLS or isn't watching. */
  get media(): ViewerMedia | null {
    return this.#media;
  }

  /**
   * Whether the viewer has temporarily stopped responding. Silent viewers aren't counted, but keep
   * their connection.
   */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** Attaches a connection. The previous one must be detached. */
  attach(media: ViewerMedia): void {
    if (this.#media) throw new Error('the viewer already has a connection');
    this.#media = media;
  }

  /** Detaches and closes the viewer's connection, if any. */
  detach(): void {
    const media = this.#media;
    // Cleared before the connection closes, so that its `closed` handler finds it detached.
    this.#media = null;
    media?.close();
  }

  /** Sets whether the viewer is silent. Returns false if nothing changed. */
  setSilent(isSilent: boolean): boolean {
    if (this.#isSilent === isSilent) return false;
    this.#isSilent = isSilent;
    return true;
  }
}
