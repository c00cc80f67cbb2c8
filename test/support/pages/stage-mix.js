/**
 * A page that mixes a programme from synthetic sources, and reads the mix's output. Tests call
 * the functions of `globalThis.lab`.
 */
import latin from '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url';
import { StageMix } from '../../../web/client/stage/stage-mix.ts';

let mix;
// Saved here because a test removes it from the page to simulate a browser without it.
const { MediaStreamTrackProcessor } = globalThis;
const sound = new AudioContext();
const drawings = new Map();

/** Opens a mix, and readers for its tracks. */
async function open(format) {
  mix = new StageMix({ format, serverNowMs: () => Date.now() });
  document.body.append(mix.previewCanvas);
  await Promise.all([mix.wake(), sound.resume()]);
  return mix.runsHidden;
}

/** Returns a video track of one color, with a moving mark. */
function paintedTrack(color, { width = 640, height = 360 } = {}) {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  let count = 0;
  const paint = () => {
    context.fillStyle = color;
    context.fillRect(0, 0, width, height);
    context.fillStyle = 'gray';
    context.fillRect((count += 8) % (width - 8), 0, 8, 8);
  };
  paint();
  const [track] = canvas.captureStream(30).getVideoTracks();
  drawings.set(track, setInterval(paint, 33));
  return track;
}

const videos = new Map();

/** Gives a participant a camera or screen that shows one color. */
function show(participant, kind, color, size) {
  const track = paintedTrack(color, size);
  videos.set(participant, track);
  mix.setVideo(participant, kind, track);
}

/** Makes a camera stop sending frames while its track stays live. */
const freeze = (participant) => clearInterval(drawings.get(videos.get(participant)));

/** Ends a camera's track, as when the camera is unplugged. */
const end = (participant) => videos.get(participant).stop();

const tones = new Map();

function toneTrack(hz, amplitude) {
  const oscillator = new OscillatorNode(sound, { frequency: hz });
  const gain = new GainNode(sound, { gain: amplitude });
  const output = new MediaStreamAudioDestinationNode(sound);
  oscillator.connect(gain).connect(output);
  oscillator.start();
  const [track] = output.stream.getAudioTracks();
  return { gain, track };
}

/** Gives a participant a microphone with a tone. */
function hum(participant, hz, amplitude = 0.2) {
  const tone = toneTrack(hz, amplitude);
  tones.set(participant, tone);
  mix.setAudio(participant, 'microphone', tone.track, { heard: false });
}

const setAmplitude = (participant, amplitude) => {
  tones.get(participant).gain.gain.value = amplitude;
};

/** Reads the programme's next frame. */
async function nextFrame(track = mix.video) {
  const copy = track.clone();
  const reader = new MediaStreamTrackProcessor({ track: copy }).readable.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  copy.stop();
  return value;
}

/** Returns the colors at points in the programme, each as `[red, green, blue]`, and its size. */
async function look(points) {
  const frame = await nextFrame();
  const { displayWidth: width, displayHeight: height } = frame;
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    willReadFrequently: true,
  });
  context.drawImage(frame, 0, 0);
  frame.close();
  return { width, height, colors: points.map(([x, y]) => colorAt(context, x, y)) };
}

const colorAt = (context, x, y) => Array.from(context.getImageData(x, y, 1, 1).data.slice(0, 3));

/** Returns the colors at points in the preview, which are given in the programme's coordinates. */
async function lookAtPreview(points) {
  const bitmap = await createImageBitmap(mix.previewCanvas);
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
  context.drawImage(bitmap, 0, 0);
  return points.map(([x, y]) => colorAt(context, x / 2, y / 2));
}

/** Returns a frame of the programme as a data URL, for people to check. */
async function photograph() {
  const frame = await nextFrame();
  const canvas = document.createElement('canvas');
  canvas.width = frame.displayWidth;
  canvas.height = frame.displayHeight;
  canvas.getContext('2d').drawImage(frame, 0, 0);
  frame.close();
  return canvas.toDataURL('image/png');
}

/**
 * For the given time, counts a track's frames and those that differ from the previous one, and
 * measures the longest gap between two frames, in milliseconds.
 */
async function countFrames(forMs, track = mix.video) {
  const copy = track.clone();
  const reader = new MediaStreamTrackProcessor({ track: copy }).readable.getReader();
  const context = new OffscreenCanvas(64, 36).getContext('2d', { willReadFrequently: true });
  const startedMs = performance.now();
  let [count, changes, last, lastMs, gapMs] = [0, 0, '', startedMs, 0];
  while (lastMs - startedMs < forMs) {
    const { value, done } = await reader.read();
    if (done) break;
    context.drawImage(value, 0, 0, 64, 36);
    value.close();
    const picture = context.getImageData(0, 0, 64, 36).data.join();
    if (picture !== last) changes += 1;
    const nowMs = performance.now();
    gapMs = Math.max(gapMs, nowMs - lastMs);
    [last, lastMs, count] = [picture, nowMs, count + 1];
  }
  await reader.cancel();
  copy.stop();
  const seconds = (lastMs - startedMs) / 1_000;
  return {
    perSecond: count / seconds,
    changesPerSecond: changes / seconds,
    gapMs,
    hidden: document.hidden,
  };
}

let camera = null;

/** Gives a participant the browser's fake camera. */
async function showCamera(participant) {
  camera ??= await navigator.mediaDevices
    .getUserMedia({ video: { width: 640, height: 360, frameRate: 30 } })
    .then((stream) => stream.getVideoTracks()[0]);
  mix.setVideo(participant, 'camera', camera);
}

/** Counts the frames that the fake camera itself sends. */
const countCameraFrames = (forMs) => countFrames(forMs, camera);

/** Counts the calls per second of a timer that is due every 33 ms. */
async function countTimerTicks(forMs) {
  let count = 0;
  const timer = setInterval(() => (count += 1), 33);
  await countFrames(forMs);
  clearInterval(timer);
  return count / (forMs / 1_000);
}

/** Gives a participant a microphone whose tone arrives over WebRTC. */
async function humFromAfar(participant, hz) {
  const [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
  near.addEventListener('icecandidate', ({ candidate }) => void far.addIceCandidate(candidate));
  far.addEventListener('icecandidate', ({ candidate }) => void near.addIceCandidate(candidate));
  const arrived = new Promise((resolve) => {
    far.addEventListener('track', ({ track }) => resolve(track));
  });
  near.addTrack(toneTrack(hz, 0.2).track);
  await near.setLocalDescription();
  await far.setRemoteDescription(near.localDescription);
  await far.setLocalDescription();
  await near.setRemoteDescription(far.localDescription);
  mix.setAudio(participant, 'microphone', await arrived, { heard: true });
}

let analyser = null;

/** Returns the programme's level in decibels at each frequency. */
function hear(frequencies) {
  if (analyser === null) {
    analyser = new AnalyserNode(sound, { fftSize: 8192, smoothingTimeConstant: 0 });
    new MediaStreamAudioSourceNode(sound, {
      mediaStream: new MediaStream([mix.audio]),
    }).connect(analyser);
  }
  const levels = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(levels);
  const bin = (hz) => Math.round((hz * analyser.fftSize) / sound.sampleRate);
  return frequencies.map((hz) => Math.max(-200, levels[bin(hz)]));
}

/** Records the programme's sound for a time, and calls `during` every 100 ms meanwhile. */
async function record(forMs, during = () => undefined) {
  const copy = mix.audio.clone();
  const reader = new MediaStreamTrackProcessor({ track: copy }).readable.getReader();
  const samples = [];
  const timer = setInterval(during, 100);
  const startedMs = performance.now();
  while (performance.now() - startedMs < forMs) {
    const { value, done } = await reader.read();
    if (done) break;
    const block = new Float32Array(value.numberOfFrames);
    // TypeScript confuses this with VideoFrame's method, which returns a promise.
    void value.copyTo(block, { planeIndex: 0, format: 'f32-planar' });
    value.close();
    samples.push(...block);
  }
  clearInterval(timer);
  await reader.cancel();
  copy.stop();
  return samples;
}

/** Returns the highest amplitude and the largest step from one sample to the next. */
async function recordExtremes(forMs, during) {
  const samples = await record(forMs, during);
  let peak = 0;
  let step = 0;
  for (const [at, sample] of samples.entries()) {
    peak = Math.max(peak, Math.abs(sample));
    if (at > 0) step = Math.max(step, Math.abs(sample - samples[at - 1]));
  }
  return { peak, step, count: samples.length };
}

/** Returns the largest step while a participant is alternately muted and unmuted. */
function toggleMute(participant, forMs) {
  let muted = false;
  return recordExtremes(forMs, () => {
    muted = !muted;
    mix.setMuted(participant, muted);
  });
}

/** Returns an image file of one color. */
async function pictureOf(color, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = color;
  context.fillRect(0, 0, width, height);
  return canvas.convertToBlob();
}

/** Plays a video file, given in base64, in a loop as an additional screen. */
async function playFile(base64, type) {
  const file = await (await fetch(`data:${type};base64,${base64}`)).blob();
  const played = await mix.openVideo(file);
  mix.setVideo('file', 'screen', played.video);
  mix.setAudio('file', 'screen', played.audio, { heard: false });
  played.setRepeating(true);
  await played.play();
}

/** Returns the width of a 26 px name in the design's font. */
async function widthOfName(name) {
  const face = new FontFace('Name', `url(${JSON.stringify(latin)})`, { weight: '100 900' });
  document.fonts.add(await face.load());
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  context.font = '600 26px Name';
  return context.measureText(name).width;
}

globalThis.lab = {
  widthOfName,
  open,
  mix: () => mix,
  show,
  showCamera,
  freeze,
  end,
  hum,
  humFromAfar,
  setAmplitude,
  look,
  lookAtPreview,
  photograph,
  countFrames,
  countCameraFrames,
  countTimerTicks,
  hear,
  recordExtremes,
  toggleMute,
  pictureOf,
  playFile,
};
