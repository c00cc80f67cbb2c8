import { readBoot } from '../../client/boot.js';
import { Header } from '../shell/header.js';
import { mount, Page } from '../shell/page.js';

const { account } = readBoot();

mount(
  <Page header={<Header account={account} goLive={false} search={false} />}>
    <h1>Studio</h1>
  </Page>,
);
