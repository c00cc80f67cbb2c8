import type { ComponentChildren } from 'preact';
import { Radio, Search } from 'lucide';
import type { AccountView } from '../../../src/protocol/account.js';
import { at } from '../../client/base-path.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { AccountMenu, ThemeMenu } from './account-menu.js';
import { Brand } from './brand.js';
import './header.css';

export interface HeaderSearch {
  value: string;
  onInput: (value: string) => void;
}

export interface HeaderProps {
  account: AccountView | null;
  /**
   * The search that filters the current page. If absent, searching opens the directory; if `false`,
   * the search is hidden.
   */
  search?: HeaderSearch | false | undefined;
  /** Whether to show the link to the studio; false in the studio itself. */
  goLive?: boolean;
  /** Content between the logo and the search. */
  children?: ComponentChildren;
}

/** The header of a page. */
export function Header({ account, search, goLive = true, children }: HeaderProps) {
  return (
    <header class="header">
      <Brand />
      <div class="header-middle">
        {children}
        {search !== false && <SearchBox search={search} />}
      </div>
      <nav class="header-end" aria-label="Account and settings">
        {goLive && (
          <Button variant="live" icon={Radio} href={at('/studio')}>
            Go live
          </Button>
        )}
        <ThemeMenu />
        <AccountMenu account={account} />
      </nav>
    </header>
  );
}

function SearchBox({ search }: { search: HeaderSearch | undefined }) {
  return (
    <form
      class="header-search"
      role="search"
      action={at('/')}
      method="get"
      onSubmit={(event) => {
        if (search) event.preventDefault();
      }}
    >
      <Icon icon={Search} size={16} />
      <input
        type="search"
        name="q"
        aria-label="Search channels"
        placeholder="Search channels"
        autocomplete="off"
        {...(search && {
          value: search.value,
          onInput: (event) => search.onInput(event.currentTarget.value),
        })}
      />
    </form>
  );
}
