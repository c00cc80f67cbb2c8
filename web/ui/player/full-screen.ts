import { signal } from '@preact/signals';

/** Safari on iPhones lets only the video itself fill the screen. */
interface PhoneVideo extends HTMLVideoElement {
  webkitEnterFullscreen?: () => void;
}

/** Whether something of this page fills the screen. */
export const inFullScreen = signal(document.fullscreenElement !== null);

document.addEventListener('fullscreenchange', () => {
  inFullScreen.value = document.fullscreenElement !== null;
});

/** Fills the screen with the player, or leaves it. What the browser refuses stays as it is. */
export function toggleFullScreen(player: HTMLElement): void {
  if (document.fullscreenElement) document.exitFullscreen().catch(() => undefined);
  else if (document.fullscreenEnabled) player.requestFullscreen().catch(() => undefined);
  else player.querySelector<PhoneVideo>('video')?.webkitEnterFullscreen?.();
}
