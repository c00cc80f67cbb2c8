import type { types } from 'mediasoup';
import { layerFor } from '../../programme/layer-for.js';
import {
  MIXED_CODECS,
  type MixedCodec,
  type MixInput as InputParameters,
} from '../../mixer/mixer-messages.js';
import type { MixerProcess } from '../../mixer/mixer-process.js';
import { layersOf } from '../consumer-options.js';
import { openLoopback } from './loopback.js';
import type { RoutedTrack } from './stage-receiver.js';

/** One track of a stage, sent to a mixer. */
export class MixInput {
  readonly id: string;
  readonly track: RoutedTrack;
  readonly #consumer: types.Consumer;
  readonly #transport: types.PlainTransport;

  private constructor(
    id: string,
    track: RoutedTrack,
    consumer: types.Consumer,
    transport: types.PlainTransport,
  ) {
    this.id = id;
    this.track = track;
    this.#consumer = consumer;
    this.#transport = transport;
  }

  /**
   * Sends a track to a mixer. Resolves to null if the mixer can't decode its codec.
   * @throws if the track, the router or the mixer has closed in the meantime
   */
  static async open(
    router: types.Router,
    mixer: MixerProcess,
    track: RoutedTrack,
  ): Promise<MixInput | null> {
    const { producer, source } = track;
    const request = { producerId: producer.id, rtpCapabilities: decodable(router) };
    if (!router.canConsume(request)) return null;
    const transport = await openLoopback(router, { rtcpMux: false });
    try {
      const consumer = await transport.consume({ ...request, paused: true });
      const id = inputId(track);
      const parameters = parametersOf(id, consumer, { held: source === 'screen' });
      const { port, rtcpPort } = await mixer.add(parameters);
      await transport.connect({ ip: '127.0.0.1', port, rtcpPort });
      await consumer.resume();
      return new MixInput(id, track, consumer, transport);
    } catch (error) {
      transport.close();
      throw error;
    }
  }

  get closed(): boolean {
    return this.#transport.closed || this.#consumer.closed;
  }

  requestKeyFrame(): void {
    this.#consumer.requestKeyFrame().catch(() => {
      // The track was closed in the meantime.
    });
  }

  /** Receives the layer that fits the number of people on stage. */
  fit(onStage: number): void {
    const layers = layersOf(this.#consumer);
    if (layers === 1) return;
    const spatialLayer = layerFor('on-stage', { layers, onStage });
    if (this.#consumer.preferredLayers?.spatialLayer === spatialLayer) return;
    this.#consumer.setPreferredLayers({ spatialLayer }).catch(() => {
      // The track was closed in the meantime.
    });
  }

  close(): void {
    this.#transport.close();
  }
}

/** Returns the id of a track's input at the mixer. */
export function inputId({
  participant,
  source,
}: Pick<RoutedTrack, 'participant' | 'source'>): string {
  return `${source}:${participant ?? ''}`;
}

/**
 * Returns what a mixer can receive from a router. Excludes retransmissions and header extensions.
 */
function decodable({ rtpCapabilities: { codecs = [] } }: types.Router): types.RtpCapabilities {
  return {
    codecs: codecs.flatMap((codec) =>
      codecOf(codec) === null
        ? []
        : [{ ...codec, rtcpFeedback: (codec.rtcpFeedback ?? []).filter(isKeyFrameRequest) }],
    ),
    headerExtensions: [],
  };
}

const isKeyFrameRequest = ({ type, parameter }: types.RtcpFeedback) =>
  (type === 'nack' && parameter === 'pli') || (type === 'ccm' && parameter === 'fir');

function codecOf({ mimeType }: Pick<types.RtpCodecCapability, 'mimeType'>): MixedCodec | null {
  const name = mimeType.split('/')[1]?.toUpperCase();
  return MIXED_CODECS.find((one) => one === name) ?? null;
}

function parametersOf(
  id: string,
  { kind, rtpParameters: { codecs, encodings = [] } }: types.Consumer,
  { held }: { held: boolean },
): InputParameters {
  const [codec] = codecs;
  const name = codec && codecOf(codec);
  const ssrc = encodings[0]?.ssrc;
  if (!codec || !name || ssrc === undefined) throw new Error('the consumer has no codec or SSRC');
  const { clockRate, payloadType } = codec;
  return { id, kind, codec: name, held, clockRate, payloadType, ssrc };
}
