import { z } from 'zod';
import { PASSWORD_MAX, PASSWORD_MIN, USERNAME_PATTERN } from './limits.js';

/** 3 to 30 of a-z, 0-9, `-`, `_`; capitals are taken as small letters. */
export const Username = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    USERNAME_PATTERN,
    '3 to 30 letters (a-z), digits, "-" or "_", a letter or digit at both ends',
  );

export const Credentials = z
  .strictObject({
    username: Username,
    password: z
      .string()
      .min(PASSWORD_MIN, `at least ${PASSWORD_MIN} characters`)
      .max(PASSWORD_MAX, `at most ${PASSWORD_MAX} characters`),
  })
  .meta({ id: 'Credentials' });
export type Credentials = z.output<typeof Credentials>;

/** Log-in takes what was typed: the rules for new names and passwords don't apply to it. */
export const LoginRequest = z
  .strictObject({
    username: z.string().trim().toLowerCase().min(1, 'type your username').max(100),
    password: z.string().min(1, 'type your password').max(PASSWORD_MAX),
  })
  .meta({ id: 'LoginRequest' });
export type LoginRequest = z.output<typeof LoginRequest>;

export const AccountView = z
  .object({ id: z.uuid(), username: z.string(), createdAt: z.iso.datetime() })
  .meta({ id: 'Account' });
export type AccountView = z.output<typeof AccountView>;
