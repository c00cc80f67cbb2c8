import type { ReadonlySignal } from '@preact/signals';
import type { Sharing } from '../../../../src/protocol/sharing.js';

/** Tells a player whether and with whom to share. */
export interface SharingSource {
  /** Whether the owner lets viewers share and this viewer hasn't declined. */
  readonly isAllowed: ReadonlySignal<boolean>;
  /** Increases whenever {@link fetch} may return something else. */
  readonly version: ReadonlySignal<number>;
  fetch: () => Promise<Sharing>;
  /** Called if there is no swarm for the run that is played. */
  lackSwarm: () => void;
}
