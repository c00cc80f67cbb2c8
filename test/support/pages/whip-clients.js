// A page on another origin that publishes its camera over WHIP with unmodified clients from npm.
import { WHIPClient as EyevinnClient } from '@eyevinn/whip-web-client';
import { WHIPClient as MedoozeClient } from 'whip-whep/whip.js';

const camera = () =>
  navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } });

let stop = async () => {};
let restart = async () => {};

globalThis.whip = {
  /** Publishes with the specification author's client. */
  async medooze(url, key) {
    const peer = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    const stream = await camera();
    for (const track of stream.getTracks())
      peer.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
    const client = new MedoozeClient();
    await client.publish(peer, url, key);
    stop = () => client.stop();
    restart = () => client.restart();
    globalThis.peer = peer;
  },
  async eyevinn(url, key) {
    const client = new EyevinnClient({ endpoint: url, opts: { authkey: key } });
    await client.ingest(await camera());
    stop = () => client.destroy();
  },
  /** Publishes three layers, highest first, with rids that don't reveal the order. */
  async simulcast(url, key) {
    const peer = new RTCPeerConnection();
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { width: 1280, height: 720 },
    });
    peer.addTransceiver(stream.getVideoTracks()[0], {
      direction: 'sendonly',
      streams: [stream],
      sendEncodings: [1, 2, 4].map((scaleResolutionDownBy, index) => ({
        rid: 'xyz'[index],
        scaleResolutionDownBy,
      })),
    });
    const client = new MedoozeClient();
    await client.publish(peer, url, key);
    stop = () => client.stop();
  },
  stop: () => stop(),
  restart: () => restart(),
};
