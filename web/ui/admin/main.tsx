import { at } from '../../client/base-path.js';
import { readBoot } from '../../client/boot.js';
import { Button } from '../components/button.js';
import { Notice } from '../components/notice.js';
import { Header } from '../shell/header.js';
import { loginAddress } from '../shell/next.js';
import { mount, Page } from '../shell/page.js';
import { Admin } from './admin.js';

const { account } = readBoot();

function content() {
  if (!account) {
    location.replace(loginAddress(location));
    return null;
  }
  if (account.isAdmin) return <Admin own={account.id} />;
  return (
    <Notice title="Administrators only" action={<Button href={at('/')}>Home</Button>}>
      Your account isn’t an administrator. Contact the administrator of this server.
    </Notice>
  );
}

document.title = 'Administration · Onair';
mount(
  <Page header={<Header account={account} search={false} goLive={false} />} width="wide">
    {content()}
  </Page>,
);
