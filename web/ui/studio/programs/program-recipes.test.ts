import { describe, expect, it } from 'vitest';
import { recipes } from './program-recipes.js';

const ENDPOINT = 'https://live.example/whip/ada';

describe('recipes', () => {
  it('include the address and the key in their commands', () => {
    const commands = recipes(ENDPOINT, 'live_secret').flatMap(({ command }) => command ?? []);
    expect(commands).toHaveLength(2);
    for (const command of commands) {
      expect(command).toContain(ENDPOINT);
      expect(command).toContain('live_secret');
    }
  });

  it('show a placeholder when the key is no longer available', () => {
    const commands = recipes(ENDPOINT, null).flatMap(({ command }) => command ?? []);
    for (const command of commands) expect(command).toContain('STREAM_KEY');
  });
});
