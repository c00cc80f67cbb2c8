import { detectDevice, Device, type types } from 'mediasoup-client';
import { Chrome111 } from 'mediasoup-client/handlers/Chrome111';
import { Firefox120 } from 'mediasoup-client/handlers/Firefox120';
import { Safari12 } from 'mediasoup-client/handlers/Safari12';
import { parse } from 'sdp-transform';
import type { RtpCapabilities } from '../../src/protocol/rtc.js';
import { earlyOffer } from './head-start.js';

let loading: Promise<Device> | undefined;

/**
 * Determines which of the media that the server can route this browser can send and receive. This
 * is done once per page, and again if it failed. Rejects in a browser without WebRTC.
 */
export function loadDevice(routerRtpCapabilities: RtpCapabilities): Promise<Device> {
  return load(routerRtpCapabilities, () => new Device());
}

/**
 * Does the same for a page that only receives. This saves a peer connection, because {@link
 * loadDevice} needs one for each direction.
 */
export function loadReceiver(routerRtpCapabilities: RtpCapabilities): Promise<Device> {
  return load(routerRtpCapabilities, () => new Device({ handlerFactory: receivingFactory() }));
}

function load(routerRtpCapabilities: RtpCapabilities, create: () => Device): Promise<Device> {
  loading ??= (async () => {
    const device = create();
    await device.load({ routerRtpCapabilities: routerRtpCapabilities as never });
    return device;
  })();
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}

/**
 * Returns this browser's handler, changed to report what the browser can receive for both
 * directions.
 */
function receivingFactory(): types.HandlerFactory {
  const factory = builtInFactory();
  const { name } = factory;
  let received: Promise<types.RtpCapabilities> | undefined;
  return {
    name,
    factory: (options) => factory.factory(options),
    getNativeRtpCapabilities: () =>
      (received ??= factory.getNativeRtpCapabilities({ direction: 'recvonly' })),
  };
}

function builtInFactory(): types.HandlerFactory {
  switch (detectDevice()) {
    case 'Chrome111':
      return withEarlyOffer(Chrome111.createFactory({}));
    case 'Firefox120':
      return Firefox120.createFactory({});
    case 'Safari12':
      return Safari12.createFactory({});
    default:
      throw new Error('This browser cannot receive WebRTC.');
  }
}

/** Uses the offer that the page requested early, instead of requesting another one. */
function withEarlyOffer(factory: types.HandlerFactory): types.HandlerFactory {
  return {
    ...factory,
    getNativeRtpCapabilities: async (options) => {
      const sdp = await earlyOffer();
      if (sdp === null) return factory.getNativeRtpCapabilities(options);
      // The handler uses the same method for its own offer, but declares it private.
      return Chrome111['getLocalRtpCapabilities'](parse(sdp));
    },
  };
}
