import { LogOut, Radio, ShieldCheck, SunMoon, UserRound } from 'lucide';
import type { AccountView } from '../../../src/protocol/account.js';
import { at, pathWithin } from '../../client/base-path.js';
import { Avatar } from '../components/avatar.js';
import { IconButton } from '../components/icon-button.js';
import { Menu, type MenuItem } from '../components/menu.js';
import { logOut } from './log-out.js';
import { loginAddress } from './next.js';
import { chooseTheme, theme, type Theme } from './theme.js';
import './account-menu.css';

const themes: readonly { id: Theme; label: string }[] = [
  { id: 'system', label: 'System' },
  { id: 'light', label: 'Light' },
  { id: 'dark', label: 'Dark' },
];

/** A separate menu for the theme: light, dark or system. */
export function ThemeMenu() {
  return (
    <Menu
      label="Theme"
      items={themes.map(({ id, label }) => ({
        kind: 'choice',
        label,
        checked: theme.value === id,
        onSelect: () => chooseTheme(id),
      }))}
      trigger={(tie) => (
        <IconButton icon={SunMoon} label="Theme" side="bottom" align="end" {...tie} />
      )}
    />
  );
}

/** The account menu. */
export function AccountMenu({ account }: { account: AccountView | null }) {
  if (!account) {
    if (/^\/(login|register)\/?$/.test(pathWithin(location.pathname))) return null;
    return (
      <a class="account-log-in button button-ghost button-m" href={loginAddress(location)}>
        Log in
      </a>
    );
  }
  const items: MenuItem[] = [
    { kind: 'link', label: 'Your account', icon: UserRound, href: at('/account') },
    { kind: 'link', label: 'Studio', icon: Radio, href: at('/studio') },
    ...(account.isAdmin
      ? [{ kind: 'link' as const, label: 'Administration', icon: ShieldCheck, href: at('/admin') }]
      : []),
    { kind: 'separator' },
    { kind: 'action', label: 'Log out', icon: LogOut, onSelect: () => void logOut() },
  ];
  return (
    <Menu
      label="Account"
      items={items}
      heading={
        <div class="account-heading">
          <Avatar name={account.username} size={32} picture={account.avatar} />
          <span>
            <span class="account-caption">Logged in as</span>
            <strong>{account.displayName}</strong>
          </span>
        </div>
      }
      trigger={({ expanded, popup, onClick, buttonRef }) => (
        <button
          class="account-button"
          type="button"
          aria-label={`Account, ${account.username}`}
          aria-expanded={expanded}
          aria-haspopup={popup}
          ref={buttonRef}
          onClick={onClick}
        >
          <Avatar name={account.username} size={32} picture={account.avatar} />
        </button>
      )}
    />
  );
}
