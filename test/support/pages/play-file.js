/**
 * Plays a file, then seeks twice. Resolves with what was shown; rejects if it can't be played.
 * @param {string} src
 */
// oxlint-disable-next-line no-unused-vars -- tests call it.
async function playFile(src) {
  const video = document.createElement('video');
  video.muted = true;
  video.src = src;
  document.body.append(video);
  const failed = new Promise((_, reject) => {
    video.addEventListener('error', () => reject(new Error(video.error?.message ?? 'no reason')));
  });
  const happened = (name) =>
    new Promise((resolve) => {
      video.addEventListener(name, resolve, { once: true });
    });
  /** Resolves after half a second and ten more frames. */
  const advances = async () => {
    const from = video.currentTime;
    const { totalVideoFrames: frames } = video.getVideoPlaybackQuality();
    while (
      video.currentTime < from + 0.5 ||
      video.getVideoPlaybackQuality().totalVideoFrames < frames + 10
    )
      await new Promise((resolve) => void setTimeout(resolve, 50));
    return from;
  };
  const seen = async () => {
    await happened('loadedmetadata');
    const { duration, videoWidth: width, videoHeight: height } = video;
    await video.play();
    await advances();
    const reached = [];
    for (const share of [0.7, 0.2]) {
      const sought = happened('seeked');
      video.currentTime = share * duration;
      await sought;
      reached.push((await advances()) / duration);
    }
    return { duration, width, height, reached };
  };
  return Promise.race([seen(), failed]);
}
