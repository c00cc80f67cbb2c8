import { z } from 'zod';
import { Username } from './account.js';
import { LIST_PAGE } from './limits.js';

const wholeNumber = (min: number, max: number) =>
  z.coerce
    .number('a whole number')
    .int('a whole number')
    .min(min, `at least ${min}`)
    .max(max, `at most ${max}`);

/** The query parameters for a page of a list. A page shorter than `limit` is the last one. */
export const Page = z.object({
  limit: wholeNumber(1, LIST_PAGE).default(LIST_PAGE),
  /** The number of entries to skip. */
  offset: wholeNumber(0, 1_000_000).default(0),
});
export type Page = z.output<typeof Page>;

/** Selects all channels, or only one account's. */
export const ChannelQuery = Page.extend({
  owner: Username.optional().describe("a username: only this account's channels"),
});
export type ChannelQuery = z.output<typeof ChannelQuery>;
