import { z } from 'zod';

/** All that is kept of an account. Fields may be added. */
export const AccountExport = z
  .looseObject({
    exportedAt: z.iso.datetime(),
    /** With its log-ins, API tokens, follows, channels and the clips it made; no hashes, no keys. */
    account: z.looseObject({ id: z.uuid(), username: z.string() }),
    /** On its channels, each with what is known of its recording. */
    broadcasts: z.array(z.looseObject({ channel: z.string(), startedAt: z.iso.datetime() })),
    /** What it wrote, in all chats. */
    messages: z.array(
      z.looseObject({ channel: z.string(), text: z.string(), sentAt: z.iso.datetime() }),
    ),
  })
  .meta({ id: 'AccountExport' });
export type AccountExport = z.output<typeof AccountExport>;
