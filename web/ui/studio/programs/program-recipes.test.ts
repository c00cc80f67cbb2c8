import { describe, expect, it } from 'vitest';
import { recipes } from './program-recipes.js';

const ENDPOINT = 'https://live.example/whip/ada';

describe('recipes', () => {
  it('have the address and the key in their commands', () => {
    const commands = recipes(ENDPOINT, 'live_secret').flatMap(({ command }) => command ?? []);
    expect(commands).toHaveLength(2);
    for (const command of commands) {
      expect(command).toContain(ENDPOINT);
      expect(command).toContain('live_secret');
    }
  });

  it('say where the key goes when it is not known any more', () => {
    const commands = recipes(ENDPOINT, null).flatMap(({ command }) => command ?? []);
    for (const command of commands) expect(command).toContain('STREAM_KEY');
  });
});
