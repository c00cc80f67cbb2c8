import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { CallError, NODE_CALLS, type NodeCalls } from '../cluster/node-calls.js';
import { DomainError } from '../common/domain-error.js';
import { type BroadcastSource, EndReason } from '../protocol/broadcast.js';
import { IngestView } from '../protocol/ingest.js';
import { BroadcastDirectory } from './directory.js';
import { ingestWarnings } from './ingest-warnings.js';
import type { LiveBroadcast } from './live-broadcast.js';
import { LiveChannels } from './live-channels.js';

const END = 'broadcast-end';
const INGEST = 'broadcast-ingest';
const EndRequest = z.object({ channelId: z.uuid(), reason: EndReason });
const IngestRequest = z.object({ channelId: z.uuid() });
const RETRY_MS = 1_000;

/** Controls a channel's broadcast, no matter which node runs it. */
@Injectable()
export class BroadcastControl implements OnModuleInit {
  constructor(
    private readonly liveChannels: LiveChannels,
    private readonly directory: BroadcastDirectory,
    @Inject(NODE_CALLS) private readonly calls: NodeCalls,
  ) {}

  onModuleInit(): void {
    this.calls.answer(END, (body) => {
      const { channelId, reason } = EndRequest.parse(body);
      const broadcast = this.#here(channelId);
      broadcast?.end(reason);
      return broadcast !== undefined;
    });
    this.calls.answer(INGEST, async (body) => {
      const broadcast = this.#here(IngestRequest.parse(body).channelId);
      return broadcast ? measure(broadcast) : null;
    });
  }

  /**
   * Ends the channel's broadcast. Resolves to false if there is none.
   * @throws {DomainError} `unavailable` if its node doesn't answer
   */
  async end(channelId: string, reason: EndReason): Promise<boolean> {
    const broadcast = this.#here(channelId);
    broadcast?.end(reason);
    return (
      broadcast !== undefined || (await this.#call(channelId, END, { channelId, reason })) === true
    );
  }

  /**
   * Measures the incoming media of the channel's broadcast. Resolves to null if there is none.
   * @throws {DomainError} `unavailable` if its node doesn't answer
   */
  async ingest(channelId: string): Promise<IngestView | null> {
    const broadcast = this.#here(channelId);
    if (broadcast) return measure(broadcast);
    return IngestView.nullable().parse(await this.#call(channelId, INGEST, { channelId }));
  }

  #here(channelId: string): LiveBroadcast | undefined {
    return this.liveChannels.find(channelId)?.broadcast ?? undefined;
  }

  /** Calls the node that runs the broadcast; resolves to null if no other node does. */
  async #call(channelId: string, name: string, body: object): Promise<unknown> {
    const remote = this.directory.find(channelId);
    if (!remote) return null;
    try {
      return await this.calls.call(remote.nodeId, name, body);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      throw new DomainError(
        'unavailable',
        'The server on which this broadcast is running isn’t responding. Try again in a moment.',
        { cause: error, retryAfterMs: RETRY_MS },
      );
    }
  }
}

async function measure(broadcast: LiveBroadcast): Promise<IngestView> {
  const health = await broadcast.ingest();
  const { made, obstacle } = broadcast.transcoding;
  const {
    bitrateBps = 0,
    roundTripMs = null,
    tracks = [],
    encoder = null,
    lacksSound = false,
  } = health ?? {};
  return {
    source: broadcast.source,
    encoder,
    connected: health !== null && broadcast.phase.name === 'live',
    bitrateBps,
    roundTripMs,
    tracks: tracks.map(({ kind, codec, streams }) => ({
      kind,
      codec,
      streams: streams.map(({ framesPerSecond = null, reorders = null, ...stream }) => ({
        ...stream,
        framesPerSecond,
        bFrames: reorders,
      })),
    })),
    transcoded: [...made],
    transcodedForWebRtc: broadcast.ordersPictures,
    // Browsers send key frames on request, so their interval doesn't matter.
    warnings: isProgram(broadcast.source)
      ? ingestWarnings({ tracks, webrtc: broadcast.view.webrtc, lacksSound, obstacle })
      : [],
  };
}

const isProgram = (source: BroadcastSource): boolean => source !== 'browser' && source !== 'mixer';
