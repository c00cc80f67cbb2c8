import { THUMBNAIL_BYTES_MAX } from '../../../src/protocol/limits.js';

const WIDTH_MAX = 640;
const HEIGHT_MAX = 640;
/** The JPEG qualities to try, in order, until the result is small enough. */
const QUALITIES = [0.7, 0.5, 0.3, 0.1];
/** After this time without a frame, the track is considered empty. */
const FRAME_TIMEOUT_MS = 3_000;

/** Returns a video track's current frame as a small base64 JPEG, or null if there is none. */
export async function stillPicture(track: MediaStreamTrack): Promise<string | null> {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  try {
    if (!(await hasFrame(video))) return null;
    const canvas = draw(video);
    return canvas && (await smallJpeg(canvas));
  } finally {
    video.srcObject = null;
  }
}

async function hasFrame(video: HTMLVideoElement): Promise<boolean> {
  const loaded = new Promise<true>((resolve) => {
    video.addEventListener('loadeddata', () => resolve(true), { once: true });
  });
  const late = new Promise<false>((resolve) => {
    setTimeout(() => resolve(false), FRAME_TIMEOUT_MS);
  });
  // This rejects only if the element is removed before playback starts.
  video.play().catch(() => undefined);
  return Promise.race([loaded, late]);
}

function draw(video: HTMLVideoElement): HTMLCanvasElement | null {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0 || videoHeight === 0) return null;
  const scale = Math.min(1, WIDTH_MAX / videoWidth, HEIGHT_MAX / videoHeight);
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(videoWidth * scale));
  canvas.height = Math.max(1, Math.round(videoHeight * scale));
  const context = canvas.getContext('2d', { alpha: false });
  context?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return context && canvas;
}

async function smallJpeg(canvas: HTMLCanvasElement): Promise<string | null> {
  for (const quality of QUALITIES) {
    const blob = await new Promise<Blob | null>((resolve) => {
      canvas.toBlob(resolve, 'image/jpeg', quality);
    });
    if (blob !== null && blob.size <= THUMBNAIL_BYTES_MAX) return base64(blob);
  }
  return null;
}

async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  // One call can take all bytes, because 40 KB is below every engine's limit on arguments.
  return btoa(String.fromCharCode(...bytes));
}
