/*
 * Plays a video track of one color over a local WebRTC connection, then exchanges it for a track of
 * another color over another connection, as a page does when it moves to another node.
 */
const COLORS = ['rgb(0 0 255)', 'rgb(0 255 0)'];
const [WIDTH, HEIGHT, FRAMES_PER_SECOND] = [320, 180, 30];
/** A picture is black if none of its color channels exceeds this. */
const BLACK_MAX = 64;

/** Returns a video track of one color, and a silent audio track. */
function source(color) {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [WIDTH, HEIGHT];
  const context = canvas.getContext('2d');
  // A frame is captured when something is drawn.
  setInterval(() => {
    context.fillStyle = color;
    context.fillRect(0, 0, WIDTH, HEIGHT);
  }, 1_000 / FRAMES_PER_SECOND);
  const audio = new AudioContext().createMediaStreamDestination().stream;
  return [...canvas.captureStream().getVideoTracks(), ...audio.getAudioTracks()];
}

/** Sends tracks over a new connection; resolves when the first frame has been decoded. */
async function receive(sent) {
  const [from, to] = [new RTCPeerConnection(), new RTCPeerConnection()];
  for (const [one, other] of [
    [from, to],
    [to, from],
  ])
    one.addEventListener('icecandidate', ({ candidate }) => void other.addIceCandidate(candidate));
  const tracks = [];
  to.addEventListener('track', ({ track }) => tracks.push(track));
  for (const track of sent) from.addTrack(track);
  await from.setLocalDescription();
  await to.setRemoteDescription(from.localDescription);
  await to.setLocalDescription();
  await from.setRemoteDescription(to.localDescription);
  const isDecoding = async () =>
    [...(await to.getStats()).values()].some(({ framesDecoded = 0 }) => framesDecoded > 0);
  while (!(await isDecoding())) await new Promise((resolve) => setTimeout(resolve, 20));
  const close = () => {
    to.close();
    from.close();
  };
  return { tracks, close };
}

/** Returns the index of the color that the video shows, or null if it shows something else. */
function shown(video, context) {
  context.clearRect(0, 0, 1, 1);
  context.drawImage(video, 0, 0, 1, 1);
  const [, green, blue] = context.getImageData(0, 0, 1, 1).data;
  if (Math.max(green, blue) <= BLACK_MAX) return null;
  return green > blue ? 1 : 0;
}

const repaint = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** Exchanges the tracks `times` times; resolves with how often the video was blank, and why. */
window.exchange = async ({ times, kinds }) => {
  const video = document.querySelector('video');
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const sources = COLORS.map((color) => source(color).filter(({ kind }) => kinds.includes(kind)));
  const played = new window.PlayedStream();
  let current = await receive(sources[0]);
  const play = async (tracks) => {
    played.set(tracks);
    if (video.srcObject === played.stream.value) return;
    video.srcObject = played.stream.value;
    await video.play();
  };
  await play(current.tracks);
  while (shown(video, context) !== 0) await repaint();
  const blanks = [];
  video.addEventListener('emptied', () => blanks.push('emptied'));
  for (let n = 1; n <= times; n += 1) {
    const next = await receive(sources[n % 2]);
    await play(next.tracks);
    current.close();
    current = next;
    for (let color; color !== n % 2;) {
      await repaint();
      color = shown(video, context);
      if (color === null) blanks.push('black');
    }
  }
  const states = played.tracks.map(({ kind, readyState }) => `${kind} ${readyState}`);
  return { blanks, states: states.toSorted() };
};
