import type { AccountView } from '../../../src/protocol/account.js';
import { at, pathWithin } from '../../client/base-path.js';
import { readBoot } from '../../client/boot.js';
import { Header } from '../shell/header.js';
import { loginAddress, nextPath } from '../shell/next.js';
import { mount, Page } from '../shell/page.js';
import { Account } from './account.js';
import { LogIn } from './log-in.js';
import { Register } from './register.js';
import { SetUp } from './set-up.js';

/**
 * Returns the content for /login, /register, /setup and /account. Redirects logged-in users from
 * the first two, and all others from /account to the login.
 */
function contentFor(path: string, account: AccountView | null) {
  if (path === '/setup') return <SetUp account={account} />;
  if (path === '/account') {
    if (account) return <Account account={account} />;
    location.replace(loginAddress(location));
    return null;
  }
  if (account) {
    location.replace(at(nextPath(location.search, location.origin, '/account')));
    return null;
  }
  return path === '/register' ? <Register /> : <LogIn />;
}

const { account } = readBoot();
const path = pathWithin(location.pathname).replace(/\/$/, '');
document.title = `${{ '/register': 'Create an account', '/setup': 'Set up', '/account': 'Your account' }[path] ?? 'Log in'} · Onair`;

mount(
  <Page
    header={<Header account={account} search={false} goLive={path === '/account'} />}
    width="card"
  >
    {contentFor(path, account)}
  </Page>,
);
