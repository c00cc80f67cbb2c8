import { HlsJsPlayer } from './hls-js-player.js';
import type { HlsPlayerOptions } from './hls-player.js';
import { SharingSession } from './sharing/sharing-session.js';

/**
 * How far hls.js loads ahead, in seconds. Further ahead, the swarm loads what others have. It must be
 * longer than what the swarm waits for others.
 */
const BUFFER_S = 6;

/**
 * Plays HLS with its ordinary latency, and shares the segments with other viewers if that is
 * allowed. Low latency would leave no time to get segments from others.
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
