import { describe, expect, it } from 'vitest';
import type { SceneLayout } from '../../src/protocol/scene.js';
import { useMixPages } from '../support/fixtures/use-mix-pages.js';
import {
  type ColorName,
  colorName,
  COLORS,
  type Expected,
  type Frames,
  SCENE,
} from '../support/mix-page.js';
import { WAIT } from '../support/stage.js';

const lab = useMixPages();

type Point = readonly [x: number, y: number];

const PEOPLE = { ann: 'red', bob: 'green', cleo: 'blue', dan: 'yellow' } as const;
const WITH_SCREEN = { ann: 'red', screen: 'white', bob: 'green', cleo: 'blue' } as const;

/** What each layout shows of {@link PEOPLE} or {@link WITH_SCREEN} at the tiles' centers. */
const LAYOUTS: Record<
  SceneLayout,
  { tiles: Record<string, ColorName>; wide: Expected; vertical: Expected }
> = {
  solo: {
    tiles: PEOPLE,
    wide: [
      [2, 2, 'red'],
      [640, 360, 'red'],
      [1_278, 718, 'red'],
    ],
    vertical: [
      [2, 2, 'red'],
      [718, 1_278, 'red'],
    ],
  },
  'side-by-side': {
    tiles: PEOPLE,
    wide: [
      [324, 360, 'red'],
      [956, 360, 'green'],
      [640, 360, 'background'],
    ],
    vertical: [
      [360, 324, 'red'],
      [360, 956, 'green'],
      [360, 640, 'background'],
    ],
  },
  grid: {
    tiles: PEOPLE,
    wide: [
      [320, 180, 'red'],
      [960, 180, 'green'],
      [320, 540, 'blue'],
      [960, 540, 'yellow'],
      [640, 360, 'background'],
    ],
    vertical: [
      [360, 160, 'red'],
      [360, 480, 'green'],
      [360, 800, 'blue'],
      [360, 1_120, 'yellow'],
    ],
  },
  speaker: {
    tiles: PEOPLE,
    wide: [
      [480, 360, 'red'],
      [1_120, 140, 'green'],
      [1_120, 360, 'blue'],
      [1_120, 580, 'yellow'],
    ],
    vertical: [
      [360, 480, 'red'],
      [130, 1_120, 'green'],
      [360, 1_120, 'blue'],
      [590, 1_120, 'yellow'],
    ],
  },
  'picture-in-picture': {
    tiles: WITH_SCREEN,
    wide: [
      [300, 360, 'white'],
      [1_100, 620, 'red'],
    ],
    vertical: [
      [360, 640, 'white'],
      [560, 1_180, 'red'],
    ],
  },
  screen: {
    tiles: WITH_SCREEN,
    wide: [
      [480, 360, 'white'],
      [1_120, 140, 'red'],
      [1_120, 360, 'green'],
      [1_120, 580, 'blue'],
    ],
    vertical: [
      [360, 480, 'white'],
      [130, 1_120, 'red'],
      [360, 1_120, 'green'],
      [590, 1_120, 'blue'],
    ],
  },
};

describe('the programme’s picture', () => {
  it.for(['wide', 'vertical'] as const)('arranges people in every layout, %s', async (format) => {
    const mix = await lab.open(format);
    const { width, height } = await mix.lab<{ width: number; height: number }>('look', []);
    expect([width, height]).toEqual(format === 'wide' ? [1_280, 720] : [720, 1_280]);
    for (const layout of Object.keys(LAYOUTS) as SceneLayout[]) {
      await mix.people(LAYOUTS[layout].tiles);
      await mix.scene({ layout });
      await mix.looksLike(LAYOUTS[layout][format]);
    }
  });

  it('runs at its full rate from the first moment, without a source', async () => {
    const mix = await lab.open('wide');
    const rate = async () => (await mix.lab<Frames>('countFrames', 2_000)).perSecond;
    await expect.poll(rate, WAIT).toBeGreaterThan(28);
    expect(await rate()).toBeLessThan(32);
  });

  it('paints background, logo, names, banner, ticker and countdown', async () => {
    const mix = await lab.open('wide');
    await mix.page.evaluate(`(async () => {
      await lab.mix().setAssetPicture('back', await lab.pictureOf('${COLORS.teal}', 640, 360));
      await lab.mix().setAssetPicture('logo', await lab.pictureOf('${COLORS.pink}', 4000, 2000));
      await lab.mix().setAssetPicture('full', await lab.pictureOf('${COLORS.olive}', 200, 800));
    })()`);
    await mix.people({ ann: 'red', bob: 'green' });
    const dressed = {
      names: true,
      ticker: 'News',
      background: { color: '#000066', asset: 'back' },
      logo: { asset: 'logo', corner: 'top-right' },
    } as const;
    await mix.scene({ ...dressed, layout: 'side-by-side' });
    await mix.overlays({
      banner: { author: 'Zoe', text: 'Hello '.repeat(12) },
      countdownToMs: Date.now() + 600_000,
    });
    await mix.looksLike([
      [640, 360, 'teal'],
      [1_180, 50, 'pink'],
      [1_276, 672, 'accent'],
      [21, 620, 'accent'],
      [530, 26, 'accent'],
      [200, 300, 'red'],
      [956, 300, 'green'],
      // The second person's name, which is above the banner.
      [667, 634, 'accent'],
    ]);
    await mix.scene({ ...dressed, fullscreen: 'full' });
    await mix.looksLike([
      [200, 300, 'olive'],
      [956, 300, 'olive'],
      [1_180, 50, 'pink'],
    ]);
  });

  it('draws names in its font, even if they were shown before the font was loaded', async () => {
    let arrive = () => {};
    const fonts = new Promise<void>((resolve) => (arrive = resolve));
    const mix = await lab.open('wide', { fonts });
    const name = 'MWMWMWMWMWMWMWMW';
    await mix.scene({ names: true, layout: 'solo' });
    await mix.people({ [name]: 'red' });
    await mix.looksLike([[20, 680, 'accent']]);
    arrive();
    // The name's box begins at x = 16 and has a padding of 16 on both sides of the text.
    const end = 48 + Math.ceil(await mix.lab<number>('widthOfName', name));
    await mix.looksLike([
      [end - 4, 680, 'accent'],
      [end + 4, 680, 'red'],
    ]);
  });

  it('cross-fades from one scene to the next', async () => {
    const mix = await lab.open('wide');
    await mix.scene({ background: { color: '#ff0000', asset: null } });
    await mix.looksLike([[640, 360, 'red']]);
    // A busy machine can skip all frames of a fade, so the fade is repeated.
    const isSeen = async () => {
      const values: number[] = [];
      for (const color of ['#0000ff', '#ff0000']) {
        await mix.scene({ background: { color, asset: null } });
        for (let look = 0; look < 12; look += 1) {
          const { colors } = await mix.lab<{ colors: number[][] }>('look', [[640, 360]]);
          values.push(colors[0]![0]!);
        }
      }
      return values.some((red) => red > 20 && red < 235) && values.at(-1)! > 250;
    };
    await expect.poll(isSeen, WAIT).toBe(true);
  });

  it('previews a scene without showing it in the programme', async () => {
    const mix = await lab.open('wide');
    await mix.people({ ann: 'red', bob: 'green' });
    await mix.scene({ layout: 'solo' });
    await mix.call('previewScene', { ...SCENE, layout: 'side-by-side' });
    const look = async () =>
      (
        await mix.lab<number[][]>('lookAtPreview', [
          [324, 360],
          [956, 360],
        ])
      ).map(colorName);
    await expect.poll(look, WAIT).toEqual(['red', 'green']);
    await mix.looksLike([[956, 360, 'red']]);
  });

  it('replaces a video that ended or froze with a card, and shows it again', async () => {
    const mix = await lab.open('wide');
    await mix.people({ ann: 'red', bob: 'green', screen: 'white' });
    await mix.scene({ layout: 'grid' });
    // The points are beside the initials on the card.
    const ann: Point = [60, 100];
    const bob: Point = [500, 100];
    const screen: Point = [900, 360];
    await mix.looksLike([
      [...ann, 'red'],
      [...bob, 'green'],
      [...screen, 'white'],
    ]);
    await mix.lab('end', 'ann');
    await mix.lab('freeze', 'bob');
    // A shared screen often doesn't change for a while, so it isn't replaced.
    await mix.lab('freeze', 'screen');
    await mix.looksLike([
      [...ann, 'card'],
      [...bob, 'card'],
      [...screen, 'white'],
    ]);
    await mix.lab('show', 'ann', 'camera', COLORS.cyan);
    await mix.looksLike([[...ann, 'cyan']]);
  });

  it('is composed on a canvas if the browser doesn’t give access to frames', async () => {
    const mix = await lab.open('wide', { initScript: LATER_WITHOUT_FRAMES });
    expect(await mix.page.evaluate('lab.mix().runsHidden')).toBe(false);
    await mix.people(PEOPLE);
    await mix.scene({ layout: 'grid' });
    await mix.looksLike(LAYOUTS.grid.wide);
    await mix.lab('end', 'ann');
    await mix.looksLike([[60, 100, 'card']]);
  });
});

/**
 * Removes Chromium's access to frames, but not before the page's own scripts have saved it to read
 * the output.
 */
const LATER_WITHOUT_FRAMES = `addEventListener('DOMContentLoaded', () => {
  delete globalThis.MediaStreamTrackProcessor;
  delete globalThis.MediaStreamTrackGenerator;
});`;

describe('the mix', () => {
  it('keeps its tracks and its sources’ frames through 50 changes', async () => {
    const mix = await lab.open('wide');
    const tracks = () =>
      mix.page.evaluate(
        '[lab.mix().video, lab.mix().audio].map((track) => `${track.id} ${track.readyState}`)',
      );
    const before = await tracks();
    await mix.people({ ann: 'red', bob: 'green' });
    const layouts = Object.keys(LAYOUTS);
    for (let change = 0; change < 50; change += 1) {
      await mix.lab('showCamera', 'ann');
      await mix.lab('hum', 'ann', 440);
      await mix.scene({ layout: layouts[change % layouts.length] as SceneLayout });
      await mix.call('setVideo', 'ann', 'camera', null);
      await mix.call('setAudio', 'ann', 'microphone', null, { heard: false });
    }
    expect(await tracks()).toEqual(before);
    // A source sends no more frames if too many of them haven't been closed.
    await mix.lab('showCamera', 'ann');
    await mix.lab('hum', 'ann', 440);
    await mix.scene({ layout: 'solo' });
    const moving = async (name: string) => (await mix.lab<Frames>(name, 2_000)).changesPerSecond;
    await expect.poll(() => moving('countCameraFrames'), WAIT).toBeGreaterThan(5);
    await expect.poll(() => moving('countFrames'), WAIT).toBeGreaterThan(5);
    await mix.sounds([440]);
  });

  it('ends both tracks when it closes, and leaves the sources alone', async () => {
    const mix = await lab.open('wide');
    await mix.people({ ann: 'red' });
    await mix.lab('showCamera', 'ann');
    await mix.lab('hum', 'ann', 440);
    await mix.call('close');
    const states = '[lab.mix().video, lab.mix().audio].map((track) => track.readyState)';
    expect(await mix.page.evaluate(states)).toEqual(['ended', 'ended']);
    const frames = async () => (await mix.lab<Frames>('countCameraFrames', 1_000)).changesPerSecond;
    await expect.poll(frames, WAIT).toBeGreaterThan(5);
  });
});

describe('the programme’s sound', () => {
  it('contains everyone except muted people, or only those who are solo', async () => {
    const mix = await lab.open('wide');
    for (const [name, hz] of [
      ['ann', 440],
      ['bob', 660],
      ['cleo', 1_100],
    ] as const) {
      await mix.lab('hum', name, hz);
    }
    await mix.sounds([440, 660, 1_100]);
    await mix.call('setMuted', 'bob', true);
    await mix.sounds([440, 1_100], [660]);
    await mix.call('setSolo', 'cleo', true);
    await mix.sounds([1_100], [440, 660]);
    await mix.call('setSolo', 'cleo', false);
    await mix.call('setMuted', 'bob', false);
    await mix.sounds([440, 660, 1_100]);
    await mix.call('setAudio', 'ann', 'microphone', null, { heard: false });
    await mix.sounds([660, 1_100], [440]);
    // When someone leaves while they are solo, the others are heard again.
    await mix.call('setSolo', 'cleo', true);
    await mix.sounds([1_100], [660]);
    await mix.call('setAudio', 'cleo', 'microphone', null, { heard: false });
    await mix.sounds([660], [1_100]);
  });

  it('reports who speaks and how loudly, muted or not, and enlarges the speaker', async () => {
    const mix = await lab.open('wide');
    await mix.people({ ann: 'red', bob: 'green' });
    await mix.scene({ layout: 'speaker' });
    await mix.lab('hum', 'ann', 440, 0);
    await mix.lab('hum', 'bob', 660);
    await mix.call('setMuted', 'bob', true);
    const speaking = () => mix.page.evaluate('[...lab.mix().speaking.value]');
    await expect.poll(speaking, WAIT).toEqual(['bob']);
    await mix.looksLike([[480, 360, 'green']]);
    const levels = () =>
      mix.page.evaluate('["ann", "bob"].map((name) => Math.max(-99, lab.mix().level(name).rmsDb))');
    // A sine of amplitude 0.2 is 17 dB below full scale.
    await expect.poll(levels, WAIT).toEqual([-99, expect.closeTo(-17, 0)]);
    await mix.lab('setAmplitude', 'ann', 0.2);
    await mix.lab('setAmplitude', 'bob', 0);
    await expect.poll(speaking, WAIT).toEqual(['ann']);
    await mix.looksLike([[480, 360, 'red']]);
  });

  it('changes volumes without clicks', async () => {
    const mix = await lab.open('wide');
    await mix.lab('hum', 'ann', 100, 0.5);
    await mix.sounds([100]);
    const largestStep = async () => {
      type Extremes = { step: number; peak: number };
      const { step, peak } = await mix.lab<Extremes>('toggleMute', 'ann', 3_000);
      return peak > 0.4 ? step : Infinity;
    };
    // The tone itself has steps of 0.007. Cutting it would cause a step of up to 0.5, thirty times
    // in each recording. A busy machine drops some of the sound, but not in every recording.
    await expect.poll(largestStep, WAIT).toBeLessThan(0.03);
  });

  it('keeps a loud sum below full scale', async () => {
    const mix = await lab.open('wide');
    for (const [at, hz] of [330, 440, 550, 660, 770].entries()) {
      await mix.lab('hum', `p${at}`, hz, 0.9);
      await mix.call('setVolume', `p${at}`, 2);
    }
    await mix.sounds([330, 440, 550, 660, 770]);
    const { peak } = await mix.lab<{ peak: number }>('recordExtremes', 2_000);
    expect(peak).toBeGreaterThan(0.7);
    expect(peak).toBeLessThanOrEqual(0.9);
  });

  it('contains a guest who arrives over WebRTC', async () => {
    const mix = await lab.open('wide');
    await mix.lab('humFromAfar', 'ann', 660);
    await mix.sounds([660]);
  });
});
