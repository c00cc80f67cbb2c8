import type { AdminAccountChange, AdminAccountView } from '../../../src/protocol/admin.js';
import { adminApi } from '../../client/admin-api.js';
import { attempt } from '../account/attempt.js';
import { whenLabel } from '../account/when-label.js';
import { Badge } from '../components/badge.js';
import { Button } from '../components/button.js';
import { confirm, type Question } from '../components/confirm.js';
import { sizeLabel } from '../format/size.js';
import { SearchList } from './search-list.js';

/** Lists all accounts. */
export function Accounts({ own }: { own: string }) {
  return (
    <SearchList title="Accounts" empty="No matching accounts." load={adminApi.accounts}>
      {(account, reload) => (
        <AccountRow
          key={account.id}
          account={account}
          isOwn={account.id === own}
          onChange={reload}
        />
      )}
    </SearchList>
  );
}

interface AccountRowProps {
  account: AdminAccountView;
  isOwn: boolean;
  onChange: () => Promise<void>;
}

function AccountRow({ account, isOwn, onChange }: AccountRowProps) {
  const { id, username, displayName, isAdmin, isDisabled } = account;
  async function change(wanted: AdminAccountChange, question: Question | null): Promise<void> {
    if (question !== null && !(await confirm(question))) return;
    await attempt(() => adminApi.changeAccount(id, wanted));
    await onChange();
  }
  return (
    <li class="row">
      <div class="row-text">
        <h3>
          {displayName} {isAdmin && <Badge tone="good">Administrator</Badge>}{' '}
          {isDisabled && <Badge tone="danger">Disabled</Badge>}{' '}
          {account.storage.state !== 'ok' && (
            <Badge>
              {account.storage.state === 'full' ? 'Storage full' : 'Storage nearly full'}
            </Badge>
          )}
        </h3>
        <p class="muted">
          {username} · {account.channels} {account.channels === 1 ? 'channel' : 'channels'} ·{' '}
          {storageWords(account)} · created {whenLabel(account.createdAt)} · last used{' '}
          {whenLabel(account.lastUsedAt)}
          {account.secondFactor ? ' · two-factor' : ''}
        </p>
      </div>
      {!isOwn && (
        <div class="section-actions">
          <Button
            size="s"
            onClick={() => void change({ isAdmin: !isAdmin }, isAdmin ? null : appoint(username))}
          >
            {isAdmin ? 'Remove administrator role' : 'Make administrator'}
          </Button>
          <Button
            size="s"
            variant={isDisabled ? 'secondary' : 'danger'}
            onClick={() =>
              void change({ isDisabled: !isDisabled }, isDisabled ? null : disable(username))
            }
          >
            {isDisabled ? 'Enable' : 'Disable'}
          </Button>
        </div>
      )}
    </li>
  );
}

const appoint = (username: string): Question => ({
  title: `Make ${username} an administrator?`,
  text: 'They’ll be able to do everything you can here, including removing your administrator role.',
  action: 'Make administrator',
});
const disable = (username: string): Question => ({
  title: `Disable ${username}?`,
  text: 'They’re logged out everywhere, their broadcasts end, and they can’t log in until you enable the account again. Their messages stay.',
  action: 'Disable',
  danger: true,
});

/** Describes the storage used by an account's recordings and clips. */
function storageWords({ storage: { bytes, limitBytes } }: AdminAccountView): string {
  if (bytes === 0) return 'nothing stored';
  const limit = limitBytes === null ? '' : ` of ${sizeLabel(limitBytes)}`;
  return `${sizeLabel(bytes)}${limit} stored`;
}
