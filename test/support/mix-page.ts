import { expect } from 'vitest';
import type { Overlays, Scene, SceneFormat } from '../../src/protocol/scene.js';
import { WAIT } from './stage.js';

/** A scene with a dark blue background and no overlays. */
export const SCENE: Scene = {
  id: '3c0e1b8e-8f3c-4a51-9d0c-6f3f4e7b2a10',
  name: 'Scene',
  layout: 'grid',
  background: { color: '#000066', asset: null },
  accent: '#ffaa00',
  names: false,
  logo: null,
  ticker: '',
  fullscreen: null,
};

export const NO_OVERLAYS: Overlays = { banner: null, countdownToMs: null };

/** The colors of synthetic sources. They differ enough to survive conversions. */
export const COLORS = {
  red: '#ff0000',
  green: '#00ff00',
  blue: '#0000ff',
  cyan: '#00ffff',
  pink: '#ff00ff',
  yellow: '#ffff00',
  white: '#ffffff',
  olive: '#808000',
  teal: '#008080',
  background: '#000066',
  card: '#23272f',
  accent: '#ffaa00',
} as const;

export type ColorName = keyof typeof COLORS;

/** Returns the name of the color nearest to `[red, green, blue]`. */
export function colorName(color: readonly number[]): ColorName {
  const distance = (hex: string) =>
    Math.hypot(
      ...color.map((value, at) => value - Number.parseInt(hex.slice(1 + 2 * at, 3 + 2 * at), 16)),
    );
  const names = Object.keys(COLORS) as ColorName[];
  return names.toSorted((a, b) => distance(COLORS[a]) - distance(COLORS[b]))[0]!;
}

/** Points in the programme and the colors expected there. */
export type Expected = readonly (readonly [x: number, y: number, color: ColorName])[];

/** The frames that a track sent. */
export type Frames = { perSecond: number; changesPerSecond: number };

/** A Playwright or Puppeteer page. */
export type MixingPage = {
  evaluate(script: string): Promise<unknown>;
  waitForFunction(script: string): Promise<unknown>;
};

/** A mix in a page that runs test/support/pages/stage-mix.js. */
export class MixPage {
  readonly page: MixingPage;

  constructor(page: MixingPage) {
    this.page = page;
  }

  /** Opens a mix in a page that has loaded. */
  static async open(page: MixingPage, format: SceneFormat): Promise<MixPage> {
    await page.waitForFunction('globalThis.lab');
    const mix = new MixPage(page);
    await mix.lab('open', format);
    return mix;
  }

  /** Calls a function of the page's `lab` object. */
  async lab<T = unknown>(name: string, ...args: readonly unknown[]): Promise<T> {
    return (await this.page.evaluate(`lab.${name}(...${JSON.stringify(args)})`)) as T;
  }

  /** Calls a method of the mix. */
  async call(name: string, ...args: readonly unknown[]): Promise<void> {
    await this.page.evaluate(`void lab.mix().${name}(...${JSON.stringify(args)})`);
  }

  /** Shows people with cameras of the given colors; the name `screen` stands for a shared screen. */
  async people(tiles: Readonly<Record<string, ColorName>>): Promise<void> {
    for (const [name, color] of Object.entries(tiles)) {
      await this.lab('show', name, kindOf(name), COLORS[color]);
    }
    await this.call(
      'setTiles',
      Object.keys(tiles).map((name) => ({ participant: name, kind: kindOf(name), name })),
    );
  }

  async scene(change: Partial<Scene>): Promise<void> {
    await this.call('setScene', { ...SCENE, ...change });
  }

  async overlays(change: Partial<Overlays>): Promise<void> {
    await this.call('setOverlays', { ...NO_OVERLAYS, ...change });
  }

  /** Waits until the programme has these colors at these points. */
  async looksLike(expected: Expected): Promise<void> {
    const points = expected.map(([x, y]) => [x, y]);
    const look = async () => {
      const { colors } = await this.lab<{ colors: number[][] }>('look', points);
      return colors.map(colorName);
    };
    await expect.poll(look, WAIT).toEqual(expected.map(([, , color]) => color));
  }

  /** Waits until the programme contains all tones in `heard`, and none in `silent`. */
  async sounds(heard: readonly number[], silent: readonly number[] = []): Promise<void> {
    const tones = async () => {
      const levels = await this.lab<number[]>('hear', [...heard, ...silent]);
      return levels.map((db) => (db > -50 ? 'heard' : db < -75 ? 'silent' : `${db} dB`));
    };
    await expect
      .poll(tones, WAIT)
      .toEqual([...heard.map(() => 'heard'), ...silent.map(() => 'silent')]);
  }
}

const kindOf = (name: string) => (name === 'screen' ? 'screen' : 'camera');
