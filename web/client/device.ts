import { Device } from 'mediasoup-client';
import type { RtpCapabilities } from '../../src/protocol/rtc.js';

let loading: Promise<Device> | undefined;

/**
 * What this browser can send and receive, matched with what the server can route. Determined once
 * per page. Rejects in a browser without WebRTC.
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
