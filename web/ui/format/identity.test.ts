import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast, fromHex, fromOklch, type Srgb } from './contrast.js';
import { hueOf, initialOf } from './identity.js';

const tokens = readFileSync(new URL('../design/tokens.css', import.meta.url), 'utf8');

/** A token's light and dark value. */
function token(name: string): [light: string, dark: string] {
  const value = new RegExp(`--${name}:\\s*light-dark\\((.+?)\\);`, 's').exec(tokens)?.[1];
  if (value === undefined) throw new Error(`no --${name} in tokens.css`);
  const [light, dark] = value.split(/,\s*(?=#|oklch)/);
  return [light!, dark!];
}

function atHue(text: string, hue: number): Srgb {
  const [lightness, chroma] = text.match(/[\d.]+/g)!.map(Number);
  return fromOklch(lightness!, chroma!, hue);
}

describe('name colors', () => {
  const hues = Array.from({ length: 360 }, (_, hue) => hue);

  it.each(['surface', 'surface-2', 'bg'])(
    'have a contrast of 4.5:1 on %s in both themes, at every hue',
    (name) => {
      for (const theme of [0, 1] as const) {
        const ground = fromHex(token(name)[theme]);
        const worst = Math.min(
          ...hues.map((hue) => contrast(atHue(token('name')[theme], hue), ground)),
        );
        expect(worst).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it('leave white readable on every avatar', () => {
    const avatar = /--avatar:\s*(oklch\(.+?\));/.exec(tokens)![1]!;
    const worst = Math.min(...hues.map((hue) => contrast(fromHex('#ffffff'), atHue(avatar, hue))));
    expect(worst).toBeGreaterThanOrEqual(4.5);
  });
});

describe('hueOf', () => {
  it('is the same for the same name, regardless of case', () => {
    expect(hueOf('Ada')).toBe(hueOf('ada'));
  });

  it('assigns different hues to names that differ in one letter', () => {
    const names = ['guest 1', 'guest 2', 'guest 3', 'guest 4'];
    expect(new Set(names.map(hueOf)).size).toBe(names.length);
  });
});

describe('initialOf', () => {
  it.each([
    ['ada', 'A'],
    ['-–7up', '7'],
    ['éa', 'É'],
    ['…', '?'],
  ])('of "%s" is %s', (name, initial) => {
    expect(initialOf(name)).toBe(initial);
  });
});
