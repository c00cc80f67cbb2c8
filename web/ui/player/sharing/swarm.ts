import { Core, type SegmentResponse } from 'p2p-media-loader-core';
import type { Sharing } from '../../../../src/protocol/sharing.js';
import type { SharingFigures } from '../../../client/receive-stats.js';
import type { SegmentDigests } from './segment-digests.js';
import type { SegmentName } from './segment-name.js';

/**
 * Segments due to play within this many seconds are requested from the server if no viewer has sent
 * them.
 */
const URGENT_S = 4;
/** How far ahead of the playback position segments are requested from others, in seconds. */
const AHEAD_S = 30;
/** The maximum memory for segments, in MiB. */
const MEMORY_MIB = { desktop: 256, phone: 64 };

/** A segment on the player's timeline. */
export interface SharedSegment {
  name: SegmentName;
  url: string;
  startS: number;
  endS: number;
}

interface Options {
  /** The swarm of the run. */
  swarm: string;
  sharing: Sharing;
  digests: SegmentDigests;
  /** Called when the tracker reports a problem. The swarm may no longer exist. */
  onWarning: () => void;
}

/** The amounts that all swarms of a player have transferred. */
export type Transferred = Pick<SharingFigures, 'received' | 'sent' | 'fromServer' | 'rejected'>;

/** Membership in the swarms of a run, one for each rendition that is played. */
export class Swarm {
  readonly #core: Core;
  /** The ids of connected viewers. A viewer has a different id for each rendition. */
  readonly #peers = { main: new Set<string>(), secondary: new Set<string>() };
  /** The segments that the core knows, by rendition. */
  readonly #listed = new Map<string, Set<string>>();

  constructor(options: Options, transferred: Transferred) {
    this.#core = new Core(configOf(options));
    // The core requires this URL, although it names swarms after it only if they have no ids.
    this.#core.setManifestResponseUrl(location.href);
    this.#core.setIsLive(true);
    this.#listen(transferred, options.onWarning);
  }

  /** The number of connected viewers. */
  get peers(): number {
    return Math.max(this.#peers.main.size, this.#peers.secondary.size);
  }

  /** Sets the segments of a rendition that can be shared, oldest first. */
  list(rendition: string, segments: readonly SharedSegment[]): void {
    const before = this.#listed.get(rendition) ?? new Set();
    const now = new Map(segments.map((segment) => [idOf(segment.name), segment]));
    const type = rendition.startsWith('video-') ? 'main' : 'secondary';
    // The server computes the same ids. The package's own ids would change with the bit rate.
    this.#core.addStreamIfNoneExists({ runtimeId: rendition, type, index: rendition });
    const added = [...now].filter(([id]) => !before.has(id));
    this.#core.updateStream(
      rendition,
      added.map(([runtimeId, { name, url, startS, endS }]) => ({
        runtimeId,
        externalId: name.msn,
        url,
        startTime: startS,
        endTime: endS,
      })),
      [...before].filter((id) => !now.has(id)),
    );
    this.#listed.set(rendition, new Set(now.keys()));
  }

  has(name: SegmentName): boolean {
    return this.#core.isSegmentLoadable(idOf(name));
  }

  /**
   * Loads a listed segment from other viewers or the server. Rejects if the load fails or is
   * aborted.
   */
  load(name: SegmentName): Promise<SegmentResponse> {
    return new Promise((onSuccess, onError) => {
      this.#core.loadSegment(idOf(name), { onSuccess, onError }).catch(onError);
    });
  }

  abort(name: SegmentName): void {
    this.#core.abortSegmentLoading(idOf(name));
  }

  /** @param positionS the position on the player's timeline */
  playback(positionS: number, rate: number): void {
    this.#core.updatePlayback(positionS, rate);
  }

  bitrate(bitrateBps: number): void {
    this.#core.setActiveLevelBitrate(bitrateBps);
  }

  /** Leaves the swarms, and closes the connections to other viewers. */
  close(): void {
    this.#core.destroy();
    for (const ids of Object.values(this.#peers)) ids.clear();
  }

  #listen(transferred: Transferred, onWarning: () => void): void {
    const core = this.#core;
    core.addEventListener('onPeerConnect', ({ streamType, peerId }) => {
      this.#peers[streamType].add(peerId);
    });
    core.addEventListener('onPeerClose', ({ streamType, peerId }) => {
      this.#peers[streamType].delete(peerId);
    });
    core.addEventListener('onSegmentLoaded', ({ bytesLength, downloadSource }) => {
      transferred[downloadSource === 'p2p' ? 'received' : 'fromServer'] += bytesLength;
    });
    core.addEventListener('onChunkUploaded', (bytes) => {
      transferred.sent += bytes;
    });
    core.addEventListener('onSegmentError', ({ error }) => {
      if (error.type === 'p2p-segment-validation-failed') transferred.rejected += 1;
    });
    core.addEventListener('onTrackerWarning', onWarning);
    core.addEventListener('onTrackerError', onWarning);
  }
}

const idOf = ({ rendition, msn }: SegmentName): string => `${rendition}/${msn}`;

function configOf({ swarm, sharing, digests }: Options): ConstructorParameters<typeof Core>[0] {
  const tracker = new URL(sharing.tracker ?? '', location.href);
  tracker.protocol = tracker.protocol === 'https:' ? 'wss:' : 'ws:';
  const validate = (url: string, _range: unknown, data: ArrayBuffer) => digests.matches(url, data);
  return {
    swarmId: swarm,
    announceTrackers: [tracker.href],
    rtcConfig: { iceServers: sharing.iceServers },
    highDemandTimeWindow: URGENT_S,
    p2pDownloadTimeWindow: AHEAD_S,
    httpDownloadTimeWindow: AHEAD_S,
    segmentMemoryStorageLimit: isPhone() ? MEMORY_MIB.phone : MEMORY_MIB.desktop,
    validateP2PSegment: validate,
    // The core may complete a peer's partial segment with bytes from the server, or even mistake
    // the peer's bytes for the server's. Therefore, segments from the server are also checked, and
    // always requested from the start.
    validateHTTPSegment: validate,
    httpRequestSetup: (url, _range, signal) => Promise.resolve(new Request(url, { signal })),
  };
}

function isPhone(): boolean {
  return /Android|iPhone|iPad|Mobile/i.test(navigator.userAgent);
}
