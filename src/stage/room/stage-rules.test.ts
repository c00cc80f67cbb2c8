import { describe, expect, it } from 'vitest';
import { guestsIn, isSeenBy, type Placed, receptionOf } from './stage-rules.js';

const host: Placed = { id: 'host', role: 'host', place: 'on-stage' };
const guest = (id: string, place: Placed['place']): Placed => ({ id, role: 'guest', place });
const ann = guest('ann', 'on-stage');
const bob = guest('bob', 'on-stage');
const eve = guest('eve', 'waiting');
const zoe = guest('zoe', 'waiting');
const ALL = [host, ann, bob, eve, zoe];

const heardBy = (one: Placed) => [...receptionOf(one, ALL).participants];
const seenBy = (one: Placed) => ALL.filter((other) => isSeenBy(other, one)).map(({ id }) => id);

describe('the rules of a stage', () => {
  it('let the host receive everyone, and guests on stage everyone else on stage, but nobody themselves', () => {
    expect(heardBy(host)).toEqual(['ann', 'bob', 'eve', 'zoe']);
    expect(heardBy(ann)).toEqual(['host', 'bob']);
    expect(heardBy(bob)).toEqual(['host', 'ann']);
  });

  it('let waiting guests receive only the programme', () => {
    expect(receptionOf(eve, ALL)).toEqual({ participants: new Set(), programme: true });
    expect(receptionOf(ann, ALL).programme).toBe(true);
    expect(receptionOf(host, ALL).programme).toBe(false);
  });

  it('hide waiting guests from everyone but the host', () => {
    expect(seenBy(host)).toEqual(['host', 'ann', 'bob', 'eve', 'zoe']);
    expect(seenBy(ann)).toEqual(['host', 'ann', 'bob']);
    expect(seenBy(eve)).toEqual(['host', 'eve']);
  });

  it('count guests by place, without the host', () => {
    expect(guestsIn('on-stage', ALL)).toBe(2);
    expect(guestsIn('waiting', ALL)).toBe(2);
  });
});
