import { describe, expect, it } from 'vitest';
import { PrismaService } from '../../src/db/prisma.service.js';
import { databases, startTestApp } from '../support/app.js';

describe.each(databases)('on %s', (database) => {
  it('starts with all tables, and stops', async () => {
    const { app, close } = await startTestApp({ database });
    expect(await app.get(PrismaService).channel.count()).toBe(0);
    await close();
  });
});
