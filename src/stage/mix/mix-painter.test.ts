import { describe, expect, it } from 'vitest';
import { loadSharp } from '../../common/pictures/load-sharp.js';
import { overlap } from '../../programme/overlay-layout.js';
import type { MixProgramme } from '../../protocol/stage.js';
import { Participant } from '../room/participant.js';
import { MixPainter } from './mix-painter.js';
import { mixedParticipants, mixedScene } from './mixed-scene.js';
import { TextWidths } from './text-widths.js';

const PROGRAMME: MixProgramme = {
  format: 'wide',
  scene: {
    id: '6f0fd7c1-6c43-4d5d-8a5c-2f6c3c8f5b11',
    name: 'Side by side',
    layout: 'side-by-side',
    background: { color: '#14161a', asset: null },
    accent: '#3f6ae0',
    names: true,
    logo: null,
    ticker: 'Tea <&> cake: '.repeat(40),
    fullscreen: null,
  },
  overlays: { banner: { author: 'Zoë', text: 'What is “tea”?' }, countdownToMs: 65_000 },
  volumes: {},
};
const ACCENT = [0x3f, 0x6a, 0xe0];

/** Two people on stage: the host is connected, the guest is reconnecting. */
function people(): Participant[] {
  const host = Participant.host('Ann');
  const bannable = { accountId: null, guestId: 'g', addressHash: 'a' };
  const guest = Participant.guest('Bob', { invitationId: 'i', person: 'p', bannable });
  const waiting = Participant.guest('Eve', { invitationId: 'i', person: 'q', bannable });
  guest.place = 'on-stage';
  return [host, guest, waiting];
}

const scene = (widths: TextWidths, among: readonly Participant[]) =>
  widths.measured((widthOf) =>
    mixedScene(PROGRAMME, among, { videoSize: () => null, logo: null, widthOf }),
  );

describe('the server’s mix', () => {
  it('shows guests on stage, even while they reconnect, but not a host who has left', () => {
    expect(mixedParticipants(people()).map(({ name }) => name)).toEqual(['Bob']);
  });

  it('paints the background and a card under every video', async () => {
    const widths = new TextWidths();
    const mixed = await scene(widths, people().slice(0, 2));
    expect(mixed.videos.map(({ source }) => source)).toEqual(['camera', 'camera']);
    const png = await new MixPainter(widths).background(mixed, new Map());
    const sharp = await loadSharp();
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([1280, 720, 3]);
    const at = (x: number, y: number) => [
      ...data.subarray((y * 1280 + x) * 3, (y * 1280 + x) * 3 + 3),
    ];
    expect(at(4, 4)).toEqual([0x14, 0x16, 0x1a]);
    for (const { rect } of mixed.videos)
      expect(at(rect.x + 4, rect.y + 4)).toEqual([0x23, 0x27, 0x2f]);
  });

  it('paints the names, banner, ticker and countdown, with text, inside the frame and without overlaps', async () => {
    const widths = new TextWidths();
    const mixed = await scene(widths, people().slice(0, 2));
    const painted = await new MixPainter(widths).overlays(mixed, new Map(), 0);
    expect(painted).toHaveLength(5);
    for (const { x, y, width, height, pixels } of painted) {
      expect(pixels).toHaveLength(width * height * 4);
      expect([x >= 0, y >= 0, x + width <= 1280, y + height <= 720]).not.toContain(false);
      // In BGRA, the box has the accent color, and the text has a different color.
      expect([pixels[2], pixels[1], pixels[0], pixels[3]]).toEqual([...ACCENT, 255]);
      expect(pixels.some((value, index) => index % 4 === 0 && value !== ACCENT[2])).toBe(true);
    }
    const pairs = painted.flatMap((one, at) =>
      painted.slice(at + 1).map((other) => [one, other] as const),
    );
    expect(pairs.filter(([one, other]) => overlap(one, other))).toEqual([]);
  });
});
