import type { SampleKinds, TimedSample } from '../broadcast/ports/samples.js';
import type { Listenable } from '../common/typed-emitter.js';
import type { RestreamError } from './restream-problem.js';

/**
 * Counts of bytes since the connection was opened. All bytes are in exactly one of three states:
 * waiting, dropped or sent.
 */
export type SendProgress = Readonly<{
  /** Never decreases. */
  written: number;
  /** Still waiting to be sent. */
  waiting: number;
  /** Never sent, because the connection was too slow. */
  dropped: number;
}>;

/** Writes a broadcast's samples to one connection. */
export interface SampleWriter {
  /**
   * Writes a sample, or drops it if the connection is too slow.
   * @param hasVideo whether audio has to wait for a key frame
   */
  push(sample: TimedSample, hasVideo: boolean): void;
}

/** One connection to a target that receives a broadcast's samples. */
export interface Publication {
  /** `started`: the server accepted the stream. `closed`: the connection failed or ended. */
  readonly events: Listenable<{ started: []; closed: [RestreamError] }>;
  readonly progress: SendProgress;
  /**
   * Begins the stream. Called once, after `started`.
   * @param kinds the media to announce
   * @param backlogMs returns the duration of the media waiting to be sent, in milliseconds
   */
  begin(kinds: SampleKinds, backlogMs: () => number): SampleWriter;
  /** Ends the stream and the connection. Idempotent. */
  close(): void;
  /** Ends the connection at once, for the given reason. */
  fail(error: RestreamError): void;
}
