// A page on another origin that watches over WHEP with unmodified players from npm.
import { WebRTCPlayer } from '@eyevinn/webrtc-player';
import { WHEPClient } from 'whip-whep/whep.js';

// The specification author's client sends candidates without the ETag that it received (RFC 9725,
// section 4.3.1), gets 428 and continues: media flows without these candidates.
addEventListener('unhandledrejection', (event) => {
  if (/status 428/.test(String(event.reason))) event.preventDefault();
});

let stop = async () => {};
let restart = async () => {};

function show(peer) {
  globalThis.peer = peer;
  const stream = new MediaStream();
  document.querySelector('video').srcObject = stream;
  peer.ontrack = ({ track }) => stream.addTrack(track);
  return peer;
}

async function answered(response) {
  if (response.ok) return response;
  throw new Error(`${response.status} ${await response.text()}`);
}

globalThis.whep = {
  /**
   * Watches with the specification author's client. If two `numbers` are given, these payload types
   * are swapped in the offer.
   */
  async medooze(url, token, numbers) {
    const peer = show(new RTCPeerConnection({ bundlePolicy: 'max-bundle' }));
    peer.addTransceiver('audio', { direction: 'recvonly' });
    peer.addTransceiver('video', { direction: 'recvonly' });
    const client = new WHEPClient();
    if (numbers) client.onOffer = (sdp) => renumbered(sdp, numbers);
    await client.view(peer, url, token);
    stop = () => client.stop();
    restart = () => client.restart();
  },
  async eyevinn(url) {
    const video = document.querySelector('video');
    const player = new WebRTCPlayer({ video, type: 'whep', iceServers: [] });
    await player.load(new URL(url));
    stop = async () => player.destroy();
  },
  /** Sends an empty POST, so that the server makes the offer. */
  async theirOffer(url) {
    const peer = show(new RTCPeerConnection());
    const headers = { 'content-type': 'application/sdp' };
    const offered = await answered(await fetch(url, { method: 'POST', headers, body: '' }));
    const session = new URL(offered.headers.get('location'), url);
    await peer.setRemoteDescription({ type: 'offer', sdp: await offered.text() });
    await peer.setLocalDescription(await peer.createAnswer());
    const body = peer.localDescription.sdp;
    await answered(await fetch(session, { method: 'PATCH', headers, body }));
    stop = () => fetch(session, { method: 'DELETE' });
  },
  stop: () => stop(),
  restart: () => restart(),
  async framesDecoded() {
    const stats = [...(await globalThis.peer.getStats()).values()];
    return stats.find((one) => one.type === 'inbound-rtp' && one.kind === 'video')?.framesDecoded;
  },
  /** Returns the payload types and codecs that are received. */
  async received() {
    const stats = await globalThis.peer.getStats();
    const of = (type) => [...stats.values()].filter((one) => one.type === type);
    return of('inbound-rtp').map(({ codecId }) => {
      const { mimeType, payloadType } = stats.get(codecId) ?? {};
      return `${mimeType} ${payloadType}`;
    });
  },
};

/** Swaps two payload types throughout the offer. */
function renumbered(sdp, [one, other]) {
  const swap = (text) => (text === one ? other : text === other ? one : text);
  return sdp
    .replace(/^(m=video \S+ \S+ )(.*)$/m, (_line, head, list) => {
      const [, trailing = ''] = /(\r?)$/.exec(list);
      return head + list.trim().split(' ').map(swap).join(' ') + trailing;
    })
    .replace(/^(a=(?:rtpmap|fmtp|rtcp-fb):)(\d+)/gm, (_line, head, number) => head + swap(number))
    .replace(/apt=(\d+)/g, (_text, number) => `apt=${swap(number)}`);
}
