import { z } from 'zod';
import { DISPLAY_NAME_MAX, PASSWORD_MAX, PASSWORD_MIN, USERNAME_PATTERN } from './limits.js';

/** 3 to 30 of a-z, 0-9, `-`, `_`; capitals are taken as small letters. */
export const Username = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    USERNAME_PATTERN,
    '3 to 30 letters (a-z), digits, "-" or "_", a letter or digit at both ends',
  );

/** A password to be set. Common ones are refused besides, with the same `bad_request`. */
export const NewPassword = z
  .string()
  .min(PASSWORD_MIN, `at least ${PASSWORD_MIN} characters`)
  .max(PASSWORD_MAX, `at most ${PASSWORD_MAX} characters`);

/** A password that was set before: the rules for new ones don't apply to it. */
export const TypedPassword = z.string().min(1, 'type your password').max(PASSWORD_MAX);

/** Six digits of an authenticator app, or a recovery code. */
export const SecondFactorCode = z.string().trim().min(1, 'type the code').max(40);

const InvitationCode = z.string().trim().max(100);

export const RegisterRequest = z
  .strictObject({
    username: Username,
    password: NewPassword,
    /** Needed while registration is by invitation. */
    invitation: InvitationCode.optional(),
  })
  .meta({ id: 'RegisterRequest' });
export type RegisterRequest = z.output<typeof RegisterRequest>;

/** Log-in takes what was typed: the rules for new names and passwords don't apply to it. */
export const LoginRequest = z
  .strictObject({
    username: z.string().trim().toLowerCase().min(1, 'type your username').max(100),
    password: TypedPassword,
    /** Of the second factor, when the answer to the first try was `second_factor_required`. */
    code: SecondFactorCode.optional(),
  })
  .meta({ id: 'LoginRequest' });
export type LoginRequest = z.output<typeof LoginRequest>;

/** An account as its owner sees it. */
export const AccountView = z
  .object({
    id: z.uuid(),
    username: z.string(),
    /** What others see; the username where nothing else was chosen. */
    displayName: z.string(),
    /** The picture's address, which never changes what it shows; null: none. */
    avatar: z.string().nullable(),
    isAdmin: z.boolean(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Account' });
export type AccountView = z.output<typeof AccountView>;

/** No control characters, no direction overrides, nothing invisible: names are shown to others. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/u;

export const ProfileChange = z
  .strictObject({
    /** Empty: the username. */
    displayName: z
      .string()
      .trim()
      .max(DISPLAY_NAME_MAX, `at most ${DISPLAY_NAME_MAX} characters`)
      .refine((text) => !UNSEEN.test(text), 'only characters that can be seen'),
  })
  .meta({ id: 'ProfileChange' });
export type ProfileChange = z.output<typeof ProfileChange>;

/** What ends beside the log-ins, unless it is said otherwise. */
const ENDS = {
  /** All API tokens of the account. */
  endTokens: z.boolean().default(true),
  /** The stream keys of all its channels: programs can't publish until new ones are made. */
  removeStreamKeys: z.boolean().default(true),
};

/**
 * `current` is left out by who logs in by a provider only, and logged in a moment ago; `code` without a
 * second factor.
 */
export const PasswordChange = z
  .strictObject({
    current: TypedPassword.optional(),
    code: SecondFactorCode.optional(),
    password: NewPassword,
    ...ENDS,
  })
  .meta({ id: 'PasswordChange' });
export type PasswordChange = z.output<typeof PasswordChange>;

/** Logging out everywhere else. */
export const SessionsEnd = z.preprocess(
  (body) => body ?? {},
  z.strictObject(ENDS).meta({ id: 'SessionsEnd' }),
);
export type SessionsEnd = z.output<typeof SessionsEnd>;

/** What shows that it is the account's owner who asks. Each is left out as in PasswordChange. */
export const PROOF = {
  password: TypedPassword.optional(),
  /** Of the second factor, or a recovery code. */
  code: SecondFactorCode.optional(),
};

/** Shows again who asks, before what a borrowed browser must not be enough for. */
export const OwnerProof = z.strictObject(PROOF).meta({ id: 'OwnerProof' });
export type OwnerProof = z.output<typeof OwnerProof>;

/** How one can log in. */
export const SecurityView = z
  .object({
    hasPassword: z.boolean(),
    secondFactor: z.boolean(),
    /** Recovery codes that were not used yet. */
    recoveryCodesLeft: z.number().int(),
    /** Whether the account is connected to the OpenID provider. */
    provider: z.boolean(),
  })
  .meta({ id: 'Security' });
export type SecurityView = z.output<typeof SecurityView>;

/** Where to go on to after the provider, and with which invitation. */
export const ProviderQuery = z.object({
  next: z.string().max(500).optional(),
  invitation: InvitationCode.optional(),
});
export type ProviderQuery = z.output<typeof ProviderQuery>;

export const ProviderRedirect = z.object({ url: z.url() }).meta({ id: 'ProviderRedirect' });
export type ProviderRedirect = z.output<typeof ProviderRedirect>;

/** What the log-in page has to know. */
export const LoginOptions = z
  .object({
    registration: z.enum(['open', 'invitation', 'closed']),
    /** The OpenID provider's name; null: there is none. */
    provider: z.string().nullable(),
  })
  .meta({ id: 'LoginOptions' });
export type LoginOptions = z.output<typeof LoginOptions>;
