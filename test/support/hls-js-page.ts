import { z } from 'zod';
import type { Evaluates } from './clock-picture.js';

const Complaint = z.object({
  type: z.string(),
  details: z.string(),
  fatal: z.boolean(),
  why: z.string(),
  /** The affected segment and part. */
  sn: z.union([z.number(), z.string()]).nullable(),
  part: z.number().nullable(),
  /** The playback position. */
  atS: z.number(),
});

/** An `error` event from hls.js. */
export type Complaint = z.output<typeof Complaint>;

/** Starts playback in a page from {@link serveBarePage}. */
export async function playIn(page: Evaluates, url: string, config: object = {}): Promise<void> {
  await page.evaluate(`barePlayer.play(${JSON.stringify(url)}, ${JSON.stringify(config)})`);
}

/** Returns all errors that hls.js has reported so far, fatal or not. */
export async function complaintsOf(page: Evaluates): Promise<Complaint[]> {
  return z.array(Complaint).parse(await page.evaluate('barePlayer.errors'));
}
