// A page of another site that plays HLS with shaka as it comes, and writes down what it complains of.
globalThis.barePlayer = (() => {
  const errors = [];

  const play = async (url) => {
    shaka.polyfill.installAll();
    const player = new shaka.Player();
    player.addEventListener('error', ({ detail }) => errors.push(detail.message));
    await player.attach(document.querySelector('video'));
    await player.load(url);
  };

  return { play, errors };
})();
