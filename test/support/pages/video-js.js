// A page of another site that plays HLS with video.js as it comes, and writes down what it complains of.
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
