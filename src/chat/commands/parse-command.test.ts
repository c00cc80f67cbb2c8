import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Command, parseCommand, usages } from './parse-command.js';

describe('parseCommand', () => {
  it.each<[string, Command]>([
    ['/timeout milo', { name: 'timeout', who: 'milo', seconds: 600, reason: '' }],
    ['/timeout @milo 60 spam', { name: 'timeout', who: 'milo', seconds: 60, reason: 'spam' }],
    ['/timeout milo 14d', { name: 'timeout', who: 'milo', seconds: 1_209_600, reason: '' }],
    ['/timeout milo no links', { name: 'timeout', who: 'milo', seconds: 600, reason: 'no links' }],
    ['/BAN  Zoë_B.   go  away ', { name: 'ban', who: 'Zoë_B.', reason: 'go away' }],
    ['/unban milo', { name: 'unban', who: 'milo' }],
    ['/untimeout milo', { name: 'unban', who: 'milo' }],
    ['/clear milo', { name: 'clear', who: 'milo' }],
    ['/delete #17', { name: 'delete', seq: 17 }],
    ['/pin 3', { name: 'pin', seq: 3 }],
    ['/unpin', { name: 'unpin' }],
    ['/slow', { name: 'rules', rules: { slowModeS: 10 } }],
    ['/slow 5m', { name: 'rules', rules: { slowModeS: 300 } }],
    ['/slow off', { name: 'rules', rules: { slowModeS: 0 } }],
    ['/followers', { name: 'rules', rules: { followersOnlyMin: 0 } }],
    ['/followers 10', { name: 'rules', rules: { followersOnlyMin: 10 } }],
    ['/followers 2h', { name: 'rules', rules: { followersOnlyMin: 120 } }],
    ['/followers off', { name: 'rules', rules: { followersOnlyMin: null } }],
    ['/emoji', { name: 'rules', rules: { emojiOnly: true } }],
    ['/registered off', { name: 'rules', rules: { registeredOnly: false } }],
    ['/holdlinks on', { name: 'rules', rules: { holdLinks: true } }],
    ['/mod milo', { name: 'mod', who: 'milo' }],
  ])('parses %j', (text, command) => {
    expect(parseCommand(text)).toEqual({ ok: true, command });
  });

  it.each([
    '/timeout',
    '/timeout milo 9',
    '/timeout milo 15d',
    '/ban @',
    '/unban a b',
    '/delete',
    '/delete x',
    '/delete 99999999999',
    '/slow 301',
    '/slow fast',
    '/followers 91d',
    '/emoji maybe',
    '/unpin 3',
    `/ban milo ${'x'.repeat(201)}`,
  ])('returns the usage for %j', (text) => {
    expect(parseCommand(text)).toEqual({ ok: false, usage: expect.stringMatching(/^\/\w+/) });
  });

  it.each(['/', '/nothing', '/constructor', '//', '/timeout!'])(
    'rejects the unknown command %j',
    (text) => {
      expect(parseCommand(text)).toEqual({ ok: false, unknown: text.slice(1) });
    },
  );

  it('parses any input without throwing, and never accepts an invalid number', () => {
    const words = fc.array(
      fc.oneof(fc.string({ unit: 'binary' }), fc.integer().map(String), fc.constant('@milo')),
      { maxLength: 4 },
    );
    const names = fc.constantFrom('timeout', 'ban', 'slow', 'followers', 'delete', 'pin', 'mod');
    fc.assert(
      fc.property(names, words, (name, typed) => {
        const parsed = parseCommand(`/${name} ${typed.join(' ')}`);
        if (!parsed.ok) return true;
        const { command } = parsed;
        if (command.name === 'timeout')
          return command.seconds >= 10 && command.seconds <= 1_209_600;
        if ('seq' in command) return command.seq >= 0 && Number.isInteger(command.seq);
        return !('who' in command) || command.who !== '';
      }),
    );
  });
});

describe('usages', () => {
  it('lists only the commands available to an audience', () => {
    expect(usages(new Set(['everybody']))).toEqual(['/help']);
    expect(usages(new Set(['everybody', 'accounts']))).toContain('/follow');
    expect(usages(new Set(['everybody', 'moderators'])).join()).not.toContain('/mod ');
  });
});
