// Draws a clock into a picture as black and white cells that are large enough to survive scaling
// and compression. Runs in pages before their own code: `publish` replaces the camera, the
// microphone and the screen; `watch` reads the clock that a <video> shows. `readCells` needs no
// page and is used in Node as well.
{
  const COLUMNS = 8;
  /**
   * A finder row, three rows for the time, one for the source, one for the checksum, and the
   * inverted finder.
   */
  const ROWS = 7;
  /**
   * The position of the cells, as fractions of the picture; the rest moves, to keep the encoder
   * busy.
   */
  const AREA = { left: 0.04, top: 0.06, width: 0.64, height: 0.88 };
  const FINDER = 0b10101010;
  const WRAP_MS = 2 ** 24;
  const LEAST_CONTRAST = 60;
  const KEPT = 2_000;
  const BEEP_S = 0.05;

  const wallMs = () => performance.timeOrigin + performance.now();

  /** CRC-8 with the polynomial 0x07. */
  const checksum = (bytes) => {
    let crc = 0x5a;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1;
    }
    return crc;
  };

  const rowsOf = (timeMs, source) => {
    const time = Math.floor(timeMs) % WRAP_MS;
    const told = [time >>> 16, (time >>> 8) & 0xff, time & 0xff, source];
    return [FINDER, ...told, checksum(told), FINDER ^ 0xff];
  };

  const paintCells = (context, { width, height }, { timeMs, source }) => {
    const cell = { width: (AREA.width * width) / COLUMNS, height: (AREA.height * height) / ROWS };
    rowsOf(timeMs, source).forEach((bits, row) => {
      for (let column = 0; column < COLUMNS; column += 1) {
        context.fillStyle = (bits >> (7 - column)) & 1 ? '#fff' : '#000';
        context.fillRect(
          Math.round(AREA.left * width + column * cell.width),
          Math.round(AREA.top * height + row * cell.height),
          Math.ceil(cell.width),
          Math.ceil(cell.height),
        );
      }
    });
  };

  /** The mean brightness of a cell's inner half. */
  const brightness = ({ luma, width, height }, row, column) => {
    const cell = { width: (AREA.width * width) / COLUMNS, height: (AREA.height * height) / ROWS };
    const x = AREA.left * width + (column + 0.25) * cell.width;
    const y = AREA.top * height + (row + 0.25) * cell.height;
    let sum = 0;
    let count = 0;
    for (let dy = Math.ceil(y); dy < y + cell.height / 2; dy += 1)
      for (let dx = Math.ceil(x); dx < x + cell.width / 2; dx += 1) {
        sum += luma[dy * width + dx];
        count += 1;
      }
    return sum / count;
  };

  /**
   * Reads the cells of a picture: `{ timeMs, source }` with the time modulo 2^24 ms, or null if it
   * contains no readable clock. `luma`: one byte per pixel, row by row.
   */
  const readCells = (picture) => {
    const cells = Array.from({ length: ROWS }, (_r, row) =>
      Array.from({ length: COLUMNS }, (_c, column) => brightness(picture, row, column)),
    );
    const finder = [...cells[0], ...cells[ROWS - 1]];
    const threshold = finder.reduce((sum, value) => sum + value, 0) / finder.length;
    const contrast = Math.max(...finder) - Math.min(...finder);
    if (!(contrast >= LEAST_CONTRAST)) return null;
    const rows = cells.map((row) =>
      row.reduce((bits, value) => bits * 2 + (value > threshold ? 1 : 0), 0),
    );
    const [first, high, middle, low, source, check, last] = rows;
    const told = [high, middle, low, source];
    if (first !== FINDER || last !== (FINDER ^ 0xff) || check !== checksum(told)) return null;
    return { timeMs: high * 65_536 + middle * 256 + low, source };
  };

  /**
   * Returns the full time for a time modulo 2^24 ms: the latest candidate before `nowMs`, with a
   * second of tolerance.
   */
  const unwrap = (timeMs, nowMs) => {
    const latest = Math.floor(nowMs) + 1_000;
    return latest - ((((latest - timeMs) % WRAP_MS) + WRAP_MS) % WRAP_MS);
  };

  /** Paints motion beside the cells, so that frames are as large as a camera's. */
  const paintBusyness = (context, { width, height }, frame) => {
    const left = Math.round((AREA.left + AREA.width + 0.03) * width);
    const size = Math.round(height / 8);
    for (let y = 0; y < height; y += size)
      for (let x = left; x < width; x += size) {
        const hue = (x * 7 + y * 13 + frame * 11) % 360;
        context.fillStyle = `hsl(${hue} 70% ${30 + ((x + y + frame * 3) % 40)}%)`;
        context.fillRect(x, y, size, size);
      }
  };

  /**
   * Opens a canvas that shows the clock; it is painted as long as a track captured from it is live.
   */
  const openClock = ({ width, height, framesPerSecond, source }) => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    const tracks = new Set();
    let frame = 0;
    const paint = () => {
      for (const track of tracks) if (track.readyState !== 'live') tracks.delete(track);
      if (tracks.size === 0) return;
      frame += 1;
      paintBusyness(context, canvas, frame);
      paintCells(context, canvas, { timeMs: wallMs(), source });
    };
    context.fillStyle = '#222';
    context.fillRect(0, 0, width, height);
    setInterval(paint, 1_000 / framesPerSecond);
    return () => {
      const [track] = canvas.captureStream(framesPerSecond).getVideoTracks();
      tracks.add(track);
      paint();
      return track;
    };
  };

  /** A microphone that beeps at the beginning of every second of the wall clock, over a low hum. */
  const openBeeper = () => {
    const audio = new AudioContext({ sampleRate: 48_000 });
    const out = audio.createMediaStreamDestination();
    const hum = new OscillatorNode(audio, { frequency: 110 });
    const beep = new OscillatorNode(audio, { frequency: 1_000 });
    const beepGain = new GainNode(audio, { gain: 0 });
    hum.connect(new GainNode(audio, { gain: 0.02 })).connect(out);
    beep.connect(beepGain).connect(out);
    hum.start();
    beep.start();
    // Sound is rendered in blocks ahead of the reported time, so the smallest difference is the
    // most accurate.
    let offsetS = Infinity;
    let nextS = 0;
    setInterval(() => {
      if (audio.state !== 'running') return;
      offsetS = Math.min(offsetS, wallMs() / 1_000 - audio.currentTime);
      const beepsAtS = Math.ceil(audio.currentTime + offsetS + 0.1);
      if (beepsAtS <= nextS) return;
      nextS = beepsAtS;
      beepGain.gain.setValueAtTime(0.5, beepsAtS - offsetS);
      beepGain.gain.setValueAtTime(0, beepsAtS - offsetS + BEEP_S);
    }, 50);
    return () => out.stream.getAudioTracks()[0].clone();
  };

  /**
   * Replaces the page's camera (source 1) and screen (2) with clocks, and its microphone with
   * beeps.
   */
  const publish = ({ width, height, framesPerSecond }) => {
    // The initial page, about:blank, has no devices.
    if (!navigator.mediaDevices) return;
    const opened = new Map();
    const take = (name, open) => {
      if (!opened.has(name)) opened.set(name, open());
      return opened.get(name)();
    };
    const clock = (name, source) =>
      take(name, () => openClock({ width, height, framesPerSecond, source }));
    const devices = MediaDevices.prototype;
    devices.getUserMedia = async ({ audio, video }) =>
      new MediaStream([
        ...(audio ? [take('microphone', openBeeper)] : []),
        ...(video ? [clock('camera', 1)] : []),
      ]);
    devices.getDisplayMedia = async () => new MediaStream([clock('screen', 2)]);
  };

  const readings = [];
  const seen = { frames: 0, unreadable: 0 };

  /** Reads the clock of every frame that the page's <video> shows, into `readings`. */
  const watch = () => {
    const canvas = new OffscreenCanvas(320, 180);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    const read = (video, metadata) => {
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
      const luma = Uint8Array.from({ length: width * height }, (_v, pixel) => data[pixel * 4 + 1]);
      const shownMs = performance.timeOrigin + metadata.expectedDisplayTime;
      const told = readCells({ luma, width, height });
      seen.frames += 1;
      if (told === null) {
        seen.unreadable += 1;
        return;
      }
      const drawnMs = unwrap(told.timeMs, shownMs);
      const size = { width: metadata.width, height: metadata.height };
      readings.push({
        shownMs,
        drawnMs,
        source: told.source,
        mediaTimeS: metadata.mediaTime,
        ...size,
      });
      if (readings.length > KEPT) readings.shift();
    };
    const watched = new WeakSet();
    const follow = (video) => {
      if (watched.has(video)) return;
      watched.add(video);
      const next = (_now, metadata) => {
        read(video, metadata);
        video.requestVideoFrameCallback(next);
      };
      video.requestVideoFrameCallback(next);
    };
    new MutationObserver(() => document.querySelectorAll('video').forEach(follow)).observe(
      document,
      {
        childList: true,
        subtree: true,
      },
    );
  };

  globalThis.clockPicture = { publish, watch, readCells, unwrap, readings, seen };
}
