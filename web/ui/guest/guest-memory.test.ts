import { describe, expect, it } from 'vitest';
import { GuestMemory, type RememberedVisit } from './guest-memory.js';

function memory(stored: string | null = null) {
  let text = stored;
  const storage = {
    getItem: () => text,
    setItem: (_key: string, value: string) => {
      text = value;
    },
  };
  return new GuestMemory(storage, 'tea');
}

const visit: RememberedVisit = {
  token: 'abc',
  name: 'Bob',
  resumeToken: 'again',
  muted: true,
  cameraOff: false,
};

describe('a guest’s tab', () => {
  it('remembers the visit across a reload, and across a login that drops the fragment', () => {
    const kept = memory();
    kept.keep(visit);
    expect(kept.read('abc')).toEqual(visit);
    expect(kept.read(null)).toEqual(visit);
  });

  it('starts over with a different invitation', () => {
    const kept = memory();
    kept.keep(visit);
    expect(kept.read('xyz')).toEqual({
      token: 'xyz',
      name: null,
      resumeToken: null,
      muted: false,
      cameraOff: false,
    });
  });

  it.each([null, 'null', '7', '{', '{"token":5}'])('has no visit in %s', (stored) => {
    expect(memory(stored).read(null)).toBeNull();
  });
});
