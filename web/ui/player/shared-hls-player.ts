import { HlsJsPlayer } from './hls-js-player.js';
import type { HlsPlayerOptions } from './hls-player.js';
import { SharingSession } from './sharing/sharing-session.js';

/**
 * How far ahead hls.js loads, in seconds. Beyond that, the swarm loads segments that others have.
 * It must exceed the time before playback at which the swarm stops waiting for others.
 */
const BUFFER_S = 6;

/**
 * Plays HLS with its ordinary latency, and shares the segments with other viewers if allowed. Low
 * latency would leave no time to receive segments from others.
 */
export class SharedHlsPlayer extends HlsJsPlayer {
  constructor(options: HlsPlayerOptions) {
    const { sharing, video } = options;
    const session = sharing ? new SharingSession(sharing, video) : null;
    super(options, {
      config: {
        lowLatencyMode: false,
        maxBufferLength: BUFFER_S,
        ...(session && { fLoader: session.loader }),
      },
      onCreated: (hls) => session?.attach(hls),
      figures: () => session?.figures ?? null,
      close: () => session?.close(),
    });
  }
}
