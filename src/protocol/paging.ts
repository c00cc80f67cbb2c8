import { z } from 'zod';
import { Username } from './account.js';
import { LIST_PAGE } from './limits.js';

const wholeNumber = (min: number, max: number) =>
  z.coerce
    .number('a whole number')
    .int('a whole number')
    .min(min, `at least ${min}`)
    .max(max, `at most ${max}`);

/** A page of a list: query parameters. A page shorter than `limit` is the last. */
export const Page = z.object({
  limit: wholeNumber(1, LIST_PAGE).default(LIST_PAGE),
  /** How many entries to skip. */
  offset: wholeNumber(0, 1_000_000).default(0),
});
export type Page = z.output<typeof Page>;

/** All channels, or those of one account. */
export const ChannelQuery = Page.extend({
  owner: Username.optional().describe("an account's username: only its channels"),
});
export type ChannelQuery = z.output<typeof ChannelQuery>;
