import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configurationPage } from './configuration.mjs';

/** Removes what the formatter adds to tables and blank lines. @param {string} text */
const bare = (text) => text.replaceAll(/[ \n]+/g, ' ').replaceAll(/-{3,}/g, '---');

describe('docs/configuration.md', () => {
  it('documents every setting in .env.example', () => {
    const page = readFileSync('docs/configuration.md', 'utf8');
    expect(bare(page)).toBe(bare(configurationPage(readFileSync('.env.example', 'utf8'))));
  });
});
