import { describe, expect, it } from 'vitest';
import type { StageParticipant } from '../../../src/protocol/stage.js';
import { tallyOf } from './tally.js';

const BOTH: StageParticipant['sends'] = ['microphone', 'camera'];

const person = (
  place: StageParticipant['place'],
  more: Partial<StageParticipant> = {},
): StageParticipant => ({
  id: 'b',
  name: 'Bob',
  role: 'guest',
  place,
  isAway: false,
  isMutedByHost: false,
  isMuted: false,
  mayShareScreen: false,
  sends: [],
  ...more,
});

const tally = (place: StageParticipant['place'], isLive: boolean, isReconnecting = false) =>
  tallyOf({
    stage: {
      channel: 'tea',
      title: '',
      isLive,
      you: 'b',
      participants: [],
      mix: 'off',
      recordsGuests: false,
    },
    you: person(place),
    isReconnecting,
  });

describe('the tally of a guest', () => {
  it('is red only while connected and on stage in a live broadcast', () => {
    expect(tally('on-stage', true)).toMatchObject({ isLive: true, label: 'You are live' });
    expect(tally('on-stage', false).isLive).toBe(false);
    expect(tally('waiting', true).isLive).toBe(false);
    expect(tally('on-stage', true, true).isLive).toBe(false);
  });

  it('says in the green room what happens next', () => {
    expect(tally('waiting', true).sentence).toBe(
      'The host can see you. You’ll be on stage when they bring you in.',
    );
  });

  it.each<[string, Partial<StageParticipant>]>([
    ['Viewers can see and hear you', { sends: BOTH }],
    ['see you but not hear you', { sends: BOTH, isMuted: true }],
    ['see you but not hear you', { sends: BOTH, isMutedByHost: true }],
    ['see you but not hear you', { sends: ['camera'] }],
    ['see you but not hear you', { sends: ['screen'] }],
    ['hear you but not see you', { sends: ['microphone'] }],
    ['neither see nor hear you', { sends: ['microphone'], isMuted: true }],
    ['neither see nor hear you', { sends: ['microphone'], isMutedByHost: true }],
    ['neither see nor hear you', { sends: [] }],
  ])('says on a live stage “%s” of a guest with %o', (claim, more) => {
    const { isLive, sentence } = tallyOf({
      stage: {
        channel: 'tea',
        title: '',
        isLive: true,
        you: 'b',
        participants: [],
        mix: 'off',
        recordsGuests: false,
      },
      you: person('on-stage', more),
      isReconnecting: false,
    });
    expect(isLive).toBe(true);
    expect(sentence).toContain(claim);
  });

  it('tells an unmuted guest without devices what to do', () => {
    expect(tally('on-stage', true).sentence).toContain('Turn on your camera or microphone.');
  });
});
