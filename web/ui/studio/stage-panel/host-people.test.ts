import { describe, expect, it } from 'vitest';
import type { StageParticipant } from '../../../../src/protocol/stage.js';
import { tilesOf } from './host-people.js';

const person = (id: string, more: Partial<StageParticipant> = {}): StageParticipant => ({
  id,
  name: id,
  role: 'guest',
  place: 'on-stage',
  isAway: false,
  isMutedByHost: false,
  isMuted: false,
  mayShareScreen: false,
  sends: ['camera', 'microphone'],
  ...more,
});

const tiles = (isSharing: boolean, ...people: StageParticipant[]): string[] =>
  tilesOf({ name: 'Ann', isSharing, played: null }, [
    person('ann', { role: 'host' }),
    ...people,
  ]).map(({ participant, kind, name }) => `${participant} ${kind} ${name}`);

describe('the tiles of the programme', () => {
  it('begin with the host, once, and include only guests who are on stage', () => {
    expect(tiles(false, person('bob'), person('cid', { place: 'waiting' }), person('dan'))).toEqual(
      ['host camera Ann', 'bob camera bob', 'dan camera dan'],
    );
  });

  it('include a second tile for anyone who shares a screen', () => {
    expect(tiles(true, person('bob', { sends: ['camera', 'screen'] }))).toEqual([
      'host camera Ann',
      'host screen Ann',
      'bob camera bob',
      'bob screen bob',
    ]);
  });

  it('include a guest whose camera is off or whose connection is lost', () => {
    expect(tiles(false, person('bob', { sends: [], isAway: true }))).toEqual([
      'host camera Ann',
      'bob camera bob',
    ]);
  });

  it('include a file before a shared screen, or only the file if it fills the frame', () => {
    const withFile = (fills: boolean) =>
      tilesOf({ name: 'Ann', isSharing: true, played: { name: 'Clip', fills } }, [
        person('bob'),
      ]).map(({ participant, kind }) => `${participant} ${kind}`);
    expect(withFile(false)).toEqual([
      'played-file screen',
      'host camera',
      'host screen',
      'bob camera',
    ]);
    expect(withFile(true)).toEqual(['played-file screen']);
  });
});
