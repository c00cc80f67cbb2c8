import type { AccountView } from '../../../src/protocol/account.js';
import { Card } from '../components/card.js';
import { Header } from '../shell/header.js';
import { mount, Page } from '../shell/page.js';
import { UnlockForm } from './unlock-form.js';

/** Shows the password form instead of the channel's page. */
export function showLocked(name: string, account: AccountView | null): void {
  mount(
    <Page header={<Header account={account} />} width="card">
      <Card narrow>
        <UnlockForm name={name} />
      </Card>
    </Page>,
  );
}

/** Shows the password form instead of the player in an embed, which may be small. */
export function showLockedEmbed(name: string): void {
  mount(
    <Page>
      <div class="unlock-embed">
        <UnlockForm name={name} />
      </div>
    </Page>,
  );
}
