import { pathWithin } from '../../client/base-path.js';
import { readBoot } from '../../client/boot.js';
import { Header } from '../shell/header.js';
import { mount, Page } from '../shell/page.js';
import { INCOMPLETE } from './farewell.js';
import { GuestMemory } from './guest-memory.js';
import { GuestPage } from './guest-page.js';
import { GuestVisit } from './guest-visit.js';
import { Outside } from './outside.js';

const { account, rtpCapabilities } = readBoot();
const [, , channel = ''] = pathWithin(location.pathname).split('/');
const memory = new GuestMemory(sessionStorage, channel);
// The token is in the fragment, which browsers don't send to servers.
const visit = memory.read(location.hash.length > 1 ? location.hash.slice(1) : null);
const header = <Header account={account} search={false} goLive={false} />;

if (visit === null || rtpCapabilities === null) {
  mount(
    <Page header={header}>
      <Outside channel={channel} farewell={INCOMPLETE} onEnter={() => location.reload()} />
    </Page>,
  );
} else {
  const guest = new GuestVisit({ channel, visit, memory, rtpCapabilities });
  if (visit.name === null) guest.name.value = account?.displayName || (account?.username ?? '');
  mount(
    <Page header={header}>
      <GuestPage guest={guest} />
    </Page>,
  );
  guest.begin();
  // The user may paste another invitation into this page's address.
  addEventListener('hashchange', () => location.reload());
  for (const type of ['pointerdown', 'keydown'] as const) {
    document.addEventListener(type, () => void guest.capture.wake(), { once: true });
  }
}
