import type { z } from 'zod';
import type { Bus } from './bus.js';

/**
 * Returns a function that passes a message to `apply` on all nodes: on this one at once, on the
 * others through the bus, which may lose it.
 */
export function shared<Message>(
  bus: Bus,
  topic: string,
  { schema, apply }: { schema: z.ZodType<Message>; apply: (message: Message) => void },
): (message: Message) => void {
  bus.on(topic, (received) => {
    const { data, success } = schema.safeParse(received);
    if (success) apply(data);
  });
  return (message) => {
    apply(message);
    bus.publish(topic, message);
  };
}
