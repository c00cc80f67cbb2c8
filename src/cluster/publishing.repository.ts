import { Prisma } from '../generated/prisma/client.js';
import type { Bus } from './bus.js';

/**
 * Returns an SQL expression of type text that publishes a message when its transaction commits, in
 * the form of `writeFrame`. Null if the bus can't do that.
 * @param message an expression of type jsonb
 */
export function publishing(bus: Bus, topic: string, message: Prisma.Sql): Prisma.Sql | null {
  if (bus.database === null) return null;
  const { channel, from } = bus.database;
  return Prisma.sql`pg_notify(${channel}, jsonb_build_object(
    'from', ${from}::text, 'topic', ${topic}::text, 'message', ${message})::text)::text`;
}
