import { parseScalabilityMode, type types } from 'mediasoup';
import type { ConsumerOptions } from '../protocol/rtc.js';

/** Returns what a client needs to receive a consumer's track. */
export function optionsOf(consumer: types.Consumer): ConsumerOptions {
  return {
    id: consumer.id,
    producerId: consumer.producerId,
    kind: consumer.kind,
    // These are mediasoup's own parameters, which have the shape that the protocol describes.
    rtpParameters: consumer.rtpParameters as ConsumerOptions['rtpParameters'],
    layers: layersOf(consumer),
    producerPaused: consumer.producerPaused,
  };
}

/** Returns the number of a track's spatial layers; 1 without simulcast. */
export function layersOf(consumer: types.Consumer): number {
  const mode = consumer.rtpParameters.encodings?.[0]?.scalabilityMode;
  return consumer.type === 'simulcast' || consumer.type === 'svc'
    ? parseScalabilityMode(mode).spatialLayers
    : 1;
}
