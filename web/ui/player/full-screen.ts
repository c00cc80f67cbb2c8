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

/** Fills the screen with the player, or leaves it. A refusal leaves things as they are. */
export async function toggleFullScreen(player: HTMLElement): Promise<void> {
  if (document.fullscreenElement) return document.exitFullscreen();
  if (document.fullscreenEnabled) return player.requestFullscreen();
  player.querySelector<PhoneVideo>('video')?.webkitEnterFullscreen?.();
}
