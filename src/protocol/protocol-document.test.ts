import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CHAT_COMMANDS } from './chat-commands.js';
import { errorStatus } from './error.js';
import { events, requests } from './events.js';

const document = readFileSync('PROTOCOL.md', 'utf8');

/** Maps the name in each heading to the text below it. */
const sections = new Map(
  [...document.matchAll(/^### `([^`]+)`\n([\s\S]*?)(?=^##)/gm), ...lastSection()].map((match) => [
    match[1] ?? '',
    match[2] ?? '',
  ]),
);

function* lastSection() {
  const match = /\n### `([^`]+)`\n((?:(?!\n###? )[\s\S])*)$/.exec(document);
  if (match) yield match;
}

/** Returns the top-level field names of a schema. */
const fieldsOf = (schema: z.ZodType): string[] =>
  Object.keys(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }).properties ?? {});

const named = (section: string, part: 'payload' | 'data'): string => {
  const line = section.split('\n').find((text) => text.startsWith(`- ${part}:`)) ?? '';
  return line;
};

describe('PROTOCOL.md', () => {
  it('has a section for every request and event, and no others', () => {
    expect([...sections.keys()].toSorted()).toEqual(
      [...Object.keys(requests), ...Object.keys(events)].toSorted(),
    );
  });

  it.each(Object.entries(requests))('names the fields of %s', (name, { payload, data }) => {
    const section = sections.get(name) ?? '';
    for (const field of fieldsOf(payload))
      expect(named(section, 'payload')).toContain(`\`${field}\``);
    for (const field of fieldsOf(data)) expect(named(section, 'data')).toContain(`\`${field}\``);
  });

  it.each(Object.entries(events))('names the fields of %s', (name, payload) => {
    const section = sections.get(name) ?? '';
    for (const field of fieldsOf(payload))
      expect(named(section, 'payload')).toContain(`\`${field}\``);
  });

  it('lists every chat command and who can use it', () => {
    const rows = [...document.matchAll(/^\|([^|]*`\/.*?)\|\s*(\w+)\s*\|[^|]*\|$/gm)].flatMap(
      ([, commands = '', who = '']) =>
        [...commands.matchAll(/`\/(\w+)/g)].map(([, name = '']) => [name, who]),
    );
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(CHAT_COMMANDS.map(({ name, forWhom }) => [name, forWhom])),
    );
  });

  it('lists every error code with its status', () => {
    const rows = [...document.matchAll(/^\|\s*`(\w+)`\s*\|\s*(\d+)\s*\|/gm)].map((row) => [
      row[1],
      row[2],
    ]);
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(Object.entries(errorStatus).map(([code, status]) => [code, `${status}`])),
    );
  });
});
