import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestApp } from '../support/app.js';
import { TestNodes } from '../support/nodes.js';
import { api, type Person, registerWithChannel } from '../support/people.js';
import { invite, STAGE_WAIT, StageVisitor } from '../support/stage-visitor.js';

describe.skipIf(!process.env.TEST_DATABASE_URL)('a stage on one of several nodes', () => {
  let nodes: TestNodes;
  /** The node on which the host opens the stage. */
  let home: TestApp;
  let other: TestApp;
  let ann: Person;

  beforeAll(async () => {
    nodes = await TestNodes.open();
    home = await nodes.start('home');
    other = await nodes.start('other');
    ann = await registerWithChannel(home.url, 'ann');
  }, 60_000);
  afterAll(() => nodes?.close());

  it('refuses guests on other nodes with a reason, and removes guests who are revoked there', async () => {
    const { id, token } = await invite(other.url, ann, { uses: 2 });
    const host = await (await StageVisitor.connect(home.url, ann.cookie)).open('ann');
    const astray = await StageVisitor.connect(other.url);
    expect(await astray.refusedJoin('ann', token)).toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/another server/),
      retryAfterMs: expect.any(Number),
    });
    const bob = await (await StageVisitor.connect(home.url)).join('ann', token);
    await api(other.url, ann, 'DELETE', `/channels/ann/stage/invitations/${id}`);
    await expect.poll(() => bob.closed, STAGE_WAIT).toEqual(['revoked']);
    expect((await astray.refusedJoin('ann', token)).code).toBe('stage_invitation_refused');
    for (const { socket } of [host, astray, bob]) socket.disconnect();
  });
});
