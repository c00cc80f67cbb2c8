import { z } from 'zod';

/** All stored data of an account. Fields may be added. */
export const AccountExport = z
  .looseObject({
    exportedAt: z.iso.datetime(),
    /** Including its sessions, API tokens, follows, channels and clips; without hashes or keys. */
    account: z.looseObject({ id: z.uuid(), username: z.string() }),
    /** Broadcasts on its channels, each with its recording's data. */
    broadcasts: z.array(z.looseObject({ channel: z.string(), startedAt: z.iso.datetime() })),
    /** Its messages in all chats. */
    messages: z.array(
      z.looseObject({ channel: z.string(), text: z.string(), sentAt: z.iso.datetime() }),
    ),
  })
  .meta({ id: 'AccountExport' });
export type AccountExport = z.output<typeof AccountExport>;
