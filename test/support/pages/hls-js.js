// A page on another origin that plays HLS with stock hls.js and records its errors.
globalThis.barePlayer = (() => {
  const errors = [];

  const play = (url) => {
    const video = document.querySelector('video');
    const hls = new Hls({ lowLatencyMode: true });
    hls.on(Hls.Events.ERROR, (_event, { type, details, fatal, error, reason, frag, part }) => {
      errors.push({
        type,
        details,
        fatal,
        why: String(reason ?? error?.message ?? ''),
        sn: frag?.sn ?? null,
        part: part?.index ?? null,
        atS: video.currentTime,
      });
    });
    hls.loadSource(url);
    hls.attachMedia(video);
  };

  return { play, errors };
})();
