import { describe, expect, it } from 'vitest';
import { MixInputs } from './mix-inputs.js';

const trackOf = (name: string) => ({ name }) as unknown as MediaStreamTrack;

/** Records the calls to a mix. */
function recorded() {
  const calls: string[] = [];
  const inputs = new MixInputs({
    setVideo: (participant, kind, track) =>
      void calls.push(`${participant} ${kind} ${track ? 'on' : 'off'}`),
    setAudio: (participant, kind, track, { heard }) =>
      void calls.push(`${participant} ${kind} ${track ? 'on' : 'off'}${heard ? ' heard' : ''}`),
  });
  return { inputs, calls };
}

describe('the inputs of a mix', () => {
  it('are not set again while their tracks stay the same', () => {
    const { inputs, calls } = recorded();
    const track = trackOf('a');
    inputs.setVideos([{ participant: 'bob', kind: 'camera', track }]);
    inputs.setVideos([{ participant: 'bob', kind: 'camera', track }]);
    expect(calls).toEqual(['bob camera on']);
  });

  it('are replaced when a participant’s track changes, and removed when a participant leaves', () => {
    const { inputs, calls } = recorded();
    inputs.setVideos([{ participant: 'bob', kind: 'camera', track: trackOf('a') }]);
    inputs.setVideos([
      { participant: 'bob', kind: 'camera', track: trackOf('b') },
      { participant: 'bob', kind: 'screen', track: trackOf('c') },
    ]);
    inputs.setVideos([]);
    expect(calls).toEqual([
      'bob camera on',
      'bob camera on',
      'bob screen on',
      'bob camera off',
      'bob screen off',
    ]);
  });

  it('are heard by the host only if they come from a guest', () => {
    const { inputs, calls } = recorded();
    inputs.setSounds([
      { participant: 'host', kind: 'microphone', track: trackOf('a'), heard: false },
      { participant: 'bob', kind: 'microphone', track: trackOf('b'), heard: true },
    ]);
    inputs.setSounds([]);
    expect(calls).toEqual([
      'host microphone on',
      'bob microphone on heard',
      'host microphone off',
      'bob microphone off heard',
    ]);
  });
});
