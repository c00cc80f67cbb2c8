import { readBoot } from '../../client/boot.js';
import { Header } from '../shell/header.js';
import { mount, Page } from '../shell/page.js';
import { NotFound } from './not-found.js';

const { account } = readBoot();

mount(
  <Page header={<Header account={account} />} width="card">
    <NotFound account={account} />
  </Page>,
);
