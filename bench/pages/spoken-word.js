// Runs in a page before its own code: replaces the camera with a color, and the microphone with
// silence that is interrupted by words. Listens for words in the audio of the page's video.

/** The length of a word, in seconds. */
const WORD_S = 0.08;
/** The number of samples that the listener analyzes: 5 ms of audio. */
const WINDOW = 256;
const AUDIBLE = 0.02;

const now = () => performance.timeOrigin + performance.now();

if (navigator.mediaDevices) {
  const audio = new AudioContext();
  const microphone = audio.createMediaStreamDestination();

  const camera = () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
    const context = canvas.getContext('2d', { alpha: false });
    let frame = 0;
    setInterval(() => {
      context.fillStyle = `hsl(${(frame += 1) % 360} 60% 50%)`;
      context.fillRect(0, 0, canvas.width, canvas.height);
    }, 100);
    return canvas.captureStream(10).getVideoTracks()[0];
  };

  /** Says a word. Returns the time when it began, in milliseconds since 1970. */
  globalThis.say = () => {
    const word = new OscillatorNode(audio, { frequency: 800 });
    word.connect(new GainNode(audio, { gain: 0.5 })).connect(microphone);
    word.start();
    word.stop(audio.currentTime + WORD_S);
    return now();
  };

  MediaDevices.prototype.getUserMedia = async (wanted) => {
    await audio.resume();
    return new MediaStream([
      ...(wanted.audio ? microphone.stream.getAudioTracks() : []).map((track) => track.clone()),
      ...(wanted.video ? [camera()] : []),
    ]);
  };
}

/**
 * Starts to listen to the page's video. `heardMs` is the time when the last word became audible.
 */
globalThis.listen = async () => {
  const audio = new AudioContext();
  await audio.resume();
  const analyser = new AnalyserNode(audio, { fftSize: WINDOW });
  const [track] = document.querySelector('video').srcObject.getAudioTracks();
  audio.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(WINDOW);
  globalThis.heardMs = null;
  setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    if (globalThis.heardMs === null && samples.some((sample) => Math.abs(sample) > AUDIBLE))
      globalThis.heardMs = now();
  }, 1);
};
