import { describe, expect, it } from 'vitest';
import { SECURITY_EVENTS, type SecurityEventView } from '../../../src/protocol/security-event.js';
import { eventText, eventTone } from './event-words.js';

const event = (kind: SecurityEventView['kind'], subject = '', detail = ''): SecurityEventView => ({
  id: '00000000-0000-4000-8000-000000000000',
  kind,
  subject,
  detail,
  network: '',
  device: '',
  count: 1,
  firstAt: '2026-11-28T12:00:00.000Z',
  lastAt: '2026-11-28T12:00:00.000Z',
});

describe('eventText', () => {
  it.each(SECURITY_EVENTS)('has a text for %s', (kind) => {
    expect(eventText(event(kind, 'tea')).length).toBeGreaterThan(5);
    expect(eventText(event(kind, 'tea'))).not.toContain('%');
  });

  it('inserts the subject verbatim, whatever it contains', () => {
    expect(eventText(event('token_made', '$& 100 %'))).toBe('API token “$& 100 %” created');
    expect(eventText(event('channel_visibility_changed', 'tea', 'private'))).toBe(
      'tea: visibility changed to private',
    );
  });

  it('rates how alarming an event is', () => {
    expect(eventTone(event('wrong_code'))).toBe('alarm');
    expect(eventTone(event('logged_in'))).toBe('plain');
  });
});
