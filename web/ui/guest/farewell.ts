import { assertNever } from '../../../src/protocol/assert-never.js';
import type { EndReason, EntryFailure } from '../../client/stage/presence.js';

/** The explanation why a guest isn't on the stage, and what to do about it. */
export interface Farewell {
  readonly title: string;
  readonly text: string;
  /** The button: log in, or enter again. Null if neither helps. */
  readonly action: 'log-in' | 'enter' | null;
}

/** Explains the end of a visit. */
export function farewellOf(reason: EndReason): Farewell {
  switch (reason) {
    case 'left':
      return {
        title: 'You left the stage',
        text: 'Your camera and microphone are off. You can return while the invitation is valid.',
        action: 'enter',
      };
    case 'closed':
      return {
        title: 'The stage is closed',
        text: 'The host has closed the stage. If the host opens it again, you can return with the same link.',
        action: 'enter',
      };
    case 'removed':
      return {
        title: 'The host removed you',
        text: 'You can’t return with this invitation. If this was a mistake, ask the host for another one.',
        action: null,
      };
    case 'revoked':
      return {
        title: 'Your invitation was revoked',
        text: 'You can’t return with this link. Ask the host for another invitation.',
        action: null,
      };
    case 'taken_over':
      return {
        title: 'You are on stage in another tab',
        text: 'Your place is now in use in another tab or on another device. To continue here, enter again.',
        action: 'enter',
      };
    default:
      return assertNever(reason);
  }
}

/** Explains why a guest can't enter. The server's message says what to do. */
export function refusalOf({ code, message }: EntryFailure): Farewell {
  switch (code) {
    case 'not_logged_in':
      return { title: 'Log in to enter', text: message, action: 'log-in' };
    case 'stage_invitation_refused':
      return { title: 'You can’t enter with this link', text: message, action: null };
    case 'banned':
    case 'account_disabled':
      return { title: 'You can’t enter', text: message, action: null };
    case 'stage_closed':
      return { title: 'The stage is closed', text: message, action: 'enter' };
    default:
      return { title: 'You couldn’t enter', text: message, action: 'enter' };
  }
}

/** The explanation for a page address without a token. */
export const INCOMPLETE: Farewell = {
  title: 'This link is incomplete',
  text: 'The part after # is missing. Copy the whole link from the host’s message, or ask the host to send it again.',
  action: null,
};
