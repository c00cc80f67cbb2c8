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
      sentence: 'The connection is lost. You come back by yourself.',
    };
  if (you.place === 'waiting')
    return {
      isLive: false,
      label: 'Green room',
      sentence: 'The host sees you. You will be on stage when they bring you in.',
    };
  if (!stage.isLive)
    return {
      isLive: false,
      label: 'On stage',
      sentence: 'You are on stage. Viewers don’t see the stage now.',
    };
  return { isLive: true, label: 'You are live', sentence: liveSentence(you) };
}

function liveSentence({ isMuted, isMutedByHost, sends }: StageParticipant): string {
  const isSeen = sends.includes('camera') || sends.includes('screen');
  const hasMicrophone = sends.includes('microphone');
  const isHeard = hasMicrophone && !isMuted && !isMutedByHost;
  if (isSeen && isHeard) return 'You are live. Viewers see and hear you.';
  if (isHeard) return 'You are live without a picture. Viewers hear you, but don’t see you.';
  if (isMutedByHost)
    return isSeen
      ? 'The host has muted you. Viewers see you, but don’t hear you.'
      : 'The host has muted you. Viewers neither see nor hear you.';
  if (!isSeen) return 'Viewers neither see nor hear you. Turn your camera or microphone on.';
  return hasMicrophone
    ? 'You are live and muted. Viewers see you, but don’t hear you.'
    : 'You are live without a microphone. Viewers see you, but don’t hear you.';
}
