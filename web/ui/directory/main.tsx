import { signal } from '@preact/signals';
import { at } from '../../client/base-path.js';
import { readBoot } from '../../client/boot.js';
import { Header } from '../shell/header.js';
import { mount, Page } from '../shell/page.js';
import { ChannelList } from './channel-list.js';
import { Directory } from './directory.js';

const { account } = readBoot();
const list = new ChannelList(document);
const query = signal(new URLSearchParams(location.search).get('q')?.trim() ?? '');

/** Stores the search in the address, so that it can be shared and isn't lost on reload. */
function search(text: string): void {
  query.value = text;
  const trimmed = text.trim();
  history.replaceState(null, '', at(trimmed === '' ? '/' : `/?q=${encodeURIComponent(trimmed)}`));
}

function DirectoryPage() {
  return (
    <Page
      header={<Header account={account} search={{ value: query.value, onInput: search }} />}
      width="wide"
    >
      <h1 class="visually-hidden">Live channels</h1>
      <Directory
        state={list.state.value}
        query={query.value.trim()}
        onRetry={() => void list.refresh()}
        onClearSearch={() => search('')}
      />
    </Page>
  );
}

mount(<DirectoryPage />);
