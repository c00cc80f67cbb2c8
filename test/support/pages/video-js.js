// A page on another origin that plays HLS with stock Video.js and records its errors.
globalThis.barePlayer = (() => {
  const errors = [];

  const play = (url) => {
    const video = document.querySelector('video');
    video.classList.add('video-js');
    const player = videojs(video, { autoplay: 'muted' });
    player.on('error', () => errors.push(player.error().message));
    player.src({ src: url, type: 'application/x-mpegURL' });
  };

  return { play, errors };
})();
