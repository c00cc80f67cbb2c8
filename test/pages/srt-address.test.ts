import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousOn } from '../support/accessibility.js';
import { freePort } from '../support/free-port.js';
import { Stage } from '../support/stage.js';

const TITLE = 'Stream with OBS or another encoder';

describe.skipIf(process.env.SRT_PYTHON_BIN === '')('the studio', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ SRT_PORT: String(await freePort()) });
  });
  afterAll(() => stage?.close());

  it('shows the address for SRT only with its passphrase', async () => {
    const page = await stage.studioOf('sara');
    await page.getByRole('button', { name: TITLE }).click();
    const dialog = page.getByRole('dialog', { name: TITLE });
    await dialog.getByText(/it is shown once, when you create a stream key/).waitFor();
    expect(await dialog.textContent()).not.toMatch(/srt:\/\/|PASSPHRASE/);
    await dialog.getByRole('tab', { name: 'SRT', exact: true }).click();
    await dialog.getByText(/Use SRT on networks/).waitFor();
    expect(await dialog.textContent()).not.toMatch(/srt:\/\/|PASSPHRASE/);
    expect(await seriousOn(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Create stream key' }).click();
    const address = /^srt:\/\/\S+\?streamid=publish:sara&passphrase=[\w-]{20,79}$/;
    const shown = await dialog.getByText(address).textContent();
    await dialog.getByText(`-f mpegts '${shown}'`).waitFor();
    expect(await seriousOn(page)).toEqual([]);
  });
});
