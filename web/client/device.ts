import { detectDevice, Device, type types } from 'mediasoup-client';
import { Chrome111 } from 'mediasoup-client/handlers/Chrome111';
import { Firefox120 } from 'mediasoup-client/handlers/Firefox120';
import { Safari12 } from 'mediasoup-client/handlers/Safari12';
import { parse } from 'sdp-transform';
import type { RtpCapabilities } from '../../src/protocol/rtc.js';
import { earlyOffer } from './head-start.js';

let loading: Promise<Device> | undefined;

/**
 * Determines which media this browser can send and receive, among the media that the server can
 * route. This is done once per page, and again if it failed. Rejects in a browser without WebRTC.
 */
export function loadDevice(routerRtpCapabilities: RtpCapabilities): Promise<Device> {
  return load(routerRtpCapabilities, () => new Device());
}

/**
 * The same for a page that only receives. {@link loadDevice} queries the browser once for each
 * direction, and each query takes a peer connection.
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
 * Returns this browser's handler, changed so that it reports what the browser can receive as what
 * it can send.
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
      // The handler derives the same from its own offer, but declares the method private.
      return Chrome111['getLocalRtpCapabilities'](parse(sdp));
    },
  };
}
