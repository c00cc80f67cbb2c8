import { Device } from 'mediasoup-client';
import type { RtpCapabilities } from '../../src/protocol/rtc.js';

let loading: Promise<Device> | undefined;

/**
 * Determines which media this browser can send and receive, among the media that the server can
 * route. This is done once per page, and again if it failed. Rejects in a browser without WebRTC.
 */
export function loadDevice(routerRtpCapabilities: RtpCapabilities): Promise<Device> {
  loading ??= (async () => {
    const device = new Device();
    await device.load({ routerRtpCapabilities: routerRtpCapabilities as never });
    return device;
  })();
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}
