/**
 * A page that sends a camera, or a programme with a camera and guests, and receives guests. The
 * benchmark passes its offers and answers on.
 */
import { StageMix } from '../../../web/client/stage/stage-mix.ts';

/** Onair's layers for 720p video: height divisor and bits per second. */
const LAYERS = [
  [1, 2_490_000],
  [2, 620_000],
  [4, 160_000],
];

const connections = new Map();
let mix = null;

const openCamera = async (width, height) => {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { width, height, frameRate: 30 },
  });
  return stream.getVideoTracks()[0];
};

function preview(track) {
  const video = document.createElement('video');
  Object.assign(video, { muted: true, autoplay: true, srcObject: new MediaStream([track]) });
  document.body.append(video);
}

function connectionNamed(name) {
  const connection = new RTCPeerConnection();
  connections.set(name, connection);
  return connection;
}

/** Returns the local description when it contains all candidates. */
async function described(connection) {
  await connection.setLocalDescription();
  if (connection.iceGatheringState !== 'complete') {
    await new Promise((resolve) => {
      connection.addEventListener('icegatheringstatechange', () => {
        if (connection.iceGatheringState === 'complete') resolve();
      });
    });
  }
  return connection.localDescription.toJSON();
}

/** Offers a track in one encoding per layer. */
async function offer(name, track, { codec, layers }) {
  const connection = connectionNamed(name);
  const { codecs } = RTCRtpSender.getCapabilities('video');
  for (const [scaleResolutionDownBy, maxBitrate] of layers) {
    const transceiver = connection.addTransceiver(track, {
      direction: 'sendonly',
      sendEncodings: [{ scaleResolutionDownBy, maxBitrate }],
    });
    transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === codec));
  }
  return described(connection);
}

/** Offers the camera alone, with Onair's layers. */
async function offerCamera(name) {
  const camera = await openCamera(1280, 720);
  preview(camera);
  return offer(name, camera, { codec: 'video/H264', layers: LAYERS });
}

/** Offers a programme with the camera and the guests received so far, with Onair's layers. */
async function offerProgramme(name, scene) {
  mix = new StageMix({ format: 'wide', serverNowMs: () => Date.now() });
  await mix.wake();
  mix.setVideo('host', 'camera', await openCamera(1280, 720));
  const guests = [...connections].filter(([, { track }]) => track);
  for (const [guest, { track }] of guests) mix.setVideo(guest, 'camera', track);
  const people = ['host', ...guests.map(([guest]) => guest)];
  mix.setTiles(people.map((person) => ({ participant: person, kind: 'camera', name: person })));
  mix.setScene(scene);
  preview(mix.video);
  return offer(name, mix.video, { codec: 'video/H264', layers: LAYERS });
}

/** Offers a guest's camera, in one layer. */
async function offerGuest(name) {
  const track = await openCamera(640, 360);
  return offer(name, track, { codec: 'video/VP8', layers: [[1, 800_000]] });
}

async function answer(name, description) {
  const connection = connectionNamed(name);
  connection.addEventListener('track', ({ track }) => {
    connection.track = track;
  });
  await connection.setRemoteDescription(description);
  return described(connection);
}

const accept = (name, description) => connections.get(name).setRemoteDescription(description);

/** Returns the number of frames that each sender has encoded. */
async function encodedFrames(name) {
  const stats = await connections.get(name).getStats();
  return [...stats.values()]
    .filter(({ type }) => type === 'outbound-rtp')
    .map(({ framesEncoded }) => framesEncoded);
}

globalThis.bench = { offerCamera, offerProgramme, offerGuest, answer, accept, encodedFrames };
