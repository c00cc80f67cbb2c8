import { useEffect, useMemo } from 'preact/hooks';
import { type ReadonlySignal, useComputed, useSignalEffect } from '@preact/signals';
import { assertNever } from '../../../src/protocol/assert-never.js';
import type { Viewer } from '../../client/viewer.js';
import type { ViewerState } from '../../client/viewer-state.js';
import type { HlsPlayerOptions, LiveHlsPlayer } from './hls-player.js';
import { type HlsWay, Playback } from './playback.js';

interface PlaybackOptions {
  connection: ReadonlySignal<'connecting' | 'online' | 'offline'>;
  muted: boolean;
}

/** Plays the viewer's source in the page's video element. */
export function usePlayback(
  viewer: Viewer,
  video: { current: HTMLVideoElement | null },
  { connection, muted }: PlaybackOptions,
): Playback<LiveHlsPlayer> {
  const playback = useMemo(
    () =>
      new Playback(
        {
          pinned: viewer.pinned,
          serverNow: () => viewer.serverNow(),
          isBehind: () => viewer.behind.peek(),
          isOnline: () => connection.peek() === 'online',
          onRefused: () => viewer.hlsRefused(),
          onFailed: () => viewer.hlsFailed(),
          sharing: viewer.sharing,
          playerFor: livePlayerFor,
        },
        { muted },
      ),
    [viewer],
  );
  useEffect(() => {
    playback.attach(video.current);
    return () => playback.close();
  }, [playback]);
  useSignalEffect(() => playback.show(viewer.source.value));
  useSignalEffect(() => {
    if (isOver(viewer.state.value)) playback.frame.forget();
  });
  return playback;
}

/** Returns a signal that is true while the last frame should replace the video. */
export function useLastFrameShown(viewer: Viewer, playback: Playback): ReadonlySignal<boolean> {
  return useComputed(() => {
    const state = viewer.state.value;
    const hasLastFrame = playback.frame.wasThere.value && !playback.soundOnly.value;
    const moving = state.name === 'playing' && playback.frame.isThere.value;
    return isShowing(state, hasLastFrame) && hasLastFrame && !moving;
  });
}

/** Returns whether a frame is visible, either a current one or the last one. */
export function isShowing({ name }: ViewerState, hasLastFrame: boolean): boolean {
  return name === 'playing' || (hasLastFrame && (name === 'interrupted' || name === 'connecting'));
}

/** Returns whether nothing is live and nothing will resume on its own. */
export function isOver({ name }: ViewerState): boolean {
  return name === 'not-live' || name === 'ended' || name === 'gone';
}

async function livePlayerFor(
  way: HlsWay,
): Promise<new (options: HlsPlayerOptions) => LiveHlsPlayer> {
  switch (way) {
    case 'hls':
      return (await import('./hls-js-player.js')).HlsJsPlayer;
    case 'shared':
      return (await import('./shared-hls-player.js')).SharedHlsPlayer;
    case 'native':
      return (await import('./native-hls-player.js')).NativeHlsPlayer;
    default:
      return assertNever(way);
  }
}
