import { z } from 'zod';
import { PROOF } from './account.js';
import { TOKEN_NAME_MAX } from './limits.js';

/** The permissions that an API token can have. Programs that use it act as the token's account. */
export const TOKEN_SCOPES = [
  'channels:read',
  'channels:write',
  'broadcast:write',
  'chat:read',
  'chat:write',
  'chat:moderate',
  'admin',
] as const;

export const TokenScope = z.enum(TOKEN_SCOPES).meta({ id: 'TokenScope' });
export type TokenScope = z.output<typeof TokenScope>;

export const NewToken = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1, 'enter a name that says what the token is for')
      .max(TOKEN_NAME_MAX),
    scopes: z.array(TokenScope).min(1, 'choose at least one scope').max(TOKEN_SCOPES.length),
    /** The number of days for which the token is valid; null if it is valid until it is revoked. */
    expiresInDays: z.int().min(1).max(3_650).nullable(),
    ...PROOF,
  })
  .meta({ id: 'NewToken' });
export type NewToken = z.output<typeof NewToken>;

export const TokenView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    scopes: z.array(TokenScope),
    createdAt: z.iso.datetime(),
    /**
     * The time of the last use, with a precision of five minutes; null if the token was never used.
     */
    lastUsedAt: z.iso.datetime().nullable(),
    expiresAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Token' });
export type TokenView = z.output<typeof TokenView>;

export const TokenList = z.array(TokenView).meta({ id: 'TokenList' });
export type TokenList = z.output<typeof TokenList>;

/**
 * A token that was just created. The token itself is shown only once, because only its hash is
 * stored.
 */
export const CreatedToken = TokenView.extend({ token: z.string() }).meta({ id: 'CreatedToken' });
export type CreatedToken = z.output<typeof CreatedToken>;
