import type { StageParticipant } from '../../../src/protocol/stage.js';
import type { GuestPhase } from './guest-visit.js';

/** The page's indication of whether viewers see the guest. */
export interface Tally {
  /** Whether the tally is red. Red always means live. */
  readonly isLive: boolean;
  readonly label: string;
  readonly sentence: string;
}

/** Returns the tally for a guest who is in the green room or on stage. */
export function tallyOf({
  stage,
  you,
  isReconnecting,
}: Pick<Extract<GuestPhase, { name: 'inside' }>, 'stage' | 'you' | 'isReconnecting'>): Tally {
  if (isReconnecting)
    return {
      isLive: false,
      label: 'Reconnecting',
      sentence: 'Connection lost. Reconnecting automatically.',
    };
  if (you.place === 'waiting')
    return {
      isLive: false,
      label: 'Green room',
      sentence: 'The host can see you. You’ll be on stage when they bring you in.',
    };
  if (!stage.isLive)
    return {
      isLive: false,
      label: 'On stage',
      sentence: 'You are on stage. The broadcast isn’t live.',
    };
  return { isLive: true, label: 'You are live', sentence: liveSentence(you) };
}

function liveSentence({ isMuted, isMutedByHost, sends }: StageParticipant): string {
  const isSeen = sends.includes('camera') || sends.includes('screen');
  const hasMicrophone = sends.includes('microphone');
  const isHeard = hasMicrophone && !isMuted && !isMutedByHost;
  if (isSeen && isHeard) return 'You are live. Viewers can see and hear you.';
  if (isHeard) return 'You are live without video. Viewers can hear you but not see you.';
  if (isMutedByHost)
    return isSeen
      ? 'The host muted you. Viewers can see you but not hear you.'
      : 'The host muted you. Viewers can neither see nor hear you.';
  if (!isSeen) return 'Viewers can neither see nor hear you. Turn on your camera or microphone.';
  return hasMicrophone
    ? 'You are live and muted. Viewers can see you but not hear you.'
    : 'You are live without a microphone. Viewers can see you but not hear you.';
}
