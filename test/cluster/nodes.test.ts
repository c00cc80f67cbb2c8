import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Lab, noLab } from '../support/lab/lab.js';
import { register } from '../support/people.js';

if (noLab !== null)
  process.stderr.write(`Not tested: several nodes in networks of their own, because ${noLab}.\n`);

describe.skipIf(noLab !== null)('three nodes behind HAProxy', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.open();
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(lab.output);
  });
  afterAll(() => lab?.close());

  it('are one service: an account of one node logs in on all', async () => {
    const person = await register(lab.url, 'rosa');
    for (const { url } of lab.nodes) {
      const me = await fetch(`${url}/api/me`, { headers: { cookie: person.cookie } });
      expect(await me.json()).toMatchObject({ username: 'rosa' });
    }
  });

  it('serve on while one of them is killed, cut off, or suspended', async () => {
    const [one, two, three] = lab.nodes;
    if (!one || !two || !three) throw new Error('three nodes were expected');
    await one.end('SIGKILL');
    await expect.poll(() => lab.statusOf('/readyz')).toBe(200);
    await one.start();
    await lab.network.cut(two.host);
    await expect.poll(() => lab.statusOf('/readyz')).toBe(200);
    await lab.network.mend(two.host);
    three.signal('SIGSTOP');
    await expect.poll(() => lab.statusOf('/readyz')).toBe(200);
    three.signal('SIGCONT');
    for (const { url } of lab.nodes)
      await expect
        .poll(() =>
          fetch(`${url}/readyz`).then(
            ({ status }) => status,
            () => 0,
          ),
        )
        .toBe(200);
  });
});
