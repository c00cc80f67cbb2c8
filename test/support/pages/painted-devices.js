// Runs in a page before its own code: replaces the camera with a color and the microphone with a
// tone.
globalThis.paintDevices = ({ camera, screen, toneHz, width, height, framesPerSecond }) => {
  // The initial page, about:blank, has no devices.
  if (!navigator.mediaDevices) return;

  /** Paints a color, with a moving line so that the picture is never still. */
  const paint = (color) => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d', { alpha: false });
    let frame = 0;
    const draw = () => {
      context.fillStyle = color;
      context.fillRect(0, 0, width, height);
      context.fillStyle = '#fff';
      context.fillRect((frame * 8) % width, height - 4, 16, 4);
      frame += 1;
    };
    draw();
    setInterval(draw, 1_000 / framesPerSecond);
    return canvas.captureStream(framesPerSecond).getVideoTracks()[0];
  };

  const tone = () => {
    const audio = new AudioContext();
    const out = audio.createMediaStreamDestination();
    const oscillator = new OscillatorNode(audio, { frequency: toneHz });
    oscillator.connect(new GainNode(audio, { gain: 0.3 })).connect(out);
    oscillator.start();
    return out.stream.getAudioTracks()[0];
  };

  const devices = MediaDevices.prototype;
  devices.getUserMedia = async ({ audio, video }) =>
    new MediaStream([...(audio ? [tone()] : []), ...(video ? [paint(camera)] : [])]);
  devices.getDisplayMedia = async () => new MediaStream([paint(screen)]);
};

/**
 * Listens to a track: returns the loudness of each pitch, in decibels below the loudest possible.
 */
globalThis.hearPitches = async (track, pitchesHz) => {
  const audio = new AudioContext();
  await audio.resume();
  const analyser = new AnalyserNode(audio, { fftSize: 8_192, smoothingTimeConstant: 0 });
  audio.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  // The analyser reads the latest samples, all of which must be from the track.
  const readyS = audio.currentTime + (2 * analyser.fftSize) / audio.sampleRate;
  while (audio.currentTime < readyS) await new Promise(requestAnimationFrame);
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const widthHz = audio.sampleRate / analyser.fftSize;
  await audio.close();
  return pitchesHz.map((pitchHz) => {
    const at = Math.round(pitchHz / widthHz);
    return Math.max(...bins.slice(at - 2, at + 3));
  });
};

/** Reads the colors of a <video> at points, given as fractions of its width and height. */
globalThis.readColors = (video, points) => {
  const canvas = new OffscreenCanvas(video.videoWidth || 1, video.videoHeight || 1);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(video, 0, 0);
  return points.map(([x, y]) => {
    const at = [Math.floor(x * canvas.width), Math.floor(y * canvas.height)];
    const [red, green, blue] = context.getImageData(...at, 1, 1).data;
    return [red, green, blue];
  });
};
