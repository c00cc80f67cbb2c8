// A page on another origin that plays HLS with stock Shaka Player and records its errors.
globalThis.barePlayer = (() => {
  const errors = [];

  const play = async (url, config = {}) => {
    shaka.polyfill.installAll();
    const player = new shaka.Player();
    player.configure(config);
    player.addEventListener('error', ({ detail }) => errors.push(detail.message));
    await player.attach(document.querySelector('video'));
    await player.load(url);
  };

  return { play, errors };
})();
