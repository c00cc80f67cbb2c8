import type { z } from 'zod';
import type { Cluster } from './cluster.js';
import type { NodeCalls } from './node-calls.js';

const TIMEOUT_MS = 300;

/**
 * Calls all other nodes. Resolves with the answers that arrive in time and match the schema; at
 * once if there are no other nodes. For data that is better incomplete than late.
 */
export async function askAll<Answer>(
  { cluster, calls }: Readonly<{ cluster: Cluster; calls: NodeCalls }>,
  { name, body, schema }: Readonly<{ name: string; body: unknown; schema: z.ZodType<Answer> }>,
): Promise<Answer[]> {
  const others = [...cluster.nodes.keys()].filter((id) => id !== cluster.self);
  const answers = await Promise.allSettled(
    others.map((id) => calls.call(id, name, body, { timeoutMs: TIMEOUT_MS })),
  );
  return answers.flatMap((answer) => {
    const { data } = schema.safeParse(answer.status === 'fulfilled' ? answer.value : undefined);
    return data === undefined ? [] : [data];
  });
}
