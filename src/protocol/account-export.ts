import { z } from 'zod';

/** All data stored about an account. Fields may be added. */
export const AccountExport = z
  .looseObject({
    exportedAt: z.iso.datetime(),
    /**
     * The account with its sessions, API tokens, follows, channels and clips, but without hashes or
     * keys.
     */
    account: z.looseObject({ id: z.uuid(), username: z.string() }),
    /** The broadcasts on the account's channels, each with the data of its recording. */
    broadcasts: z.array(z.looseObject({ channel: z.string(), startedAt: z.iso.datetime() })),
    /** The account's messages in all chats. */
    messages: z.array(
      z.looseObject({ channel: z.string(), text: z.string(), sentAt: z.iso.datetime() }),
    ),
  })
  .meta({ id: 'AccountExport' });
export type AccountExport = z.output<typeof AccountExport>;
