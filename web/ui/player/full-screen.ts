import { signal } from '@preact/signals';

/** On iPhones, Safari allows only the video element itself to be shown full screen. */
interface PhoneVideo extends HTMLVideoElement {
  webkitEnterFullscreen?: () => void;
}

/** Whether an element on this page is full screen. */
export const inFullScreen = signal(document.fullscreenElement !== null);

document.addEventListener('fullscreenchange', () => {
  inFullScreen.value = document.fullscreenElement !== null;
});

/** Toggles full screen for the player. If the browser refuses, nothing changes. */
export function toggleFullScreen(player: HTMLElement): void {
  if (document.fullscreenElement) document.exitFullscreen().catch(() => undefined);
  else if (document.fullscreenEnabled) player.requestFullscreen().catch(() => undefined);
  else player.querySelector<PhoneVideo>('video')?.webkitEnterFullscreen?.();
}
