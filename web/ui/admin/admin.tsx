import { useEffect, useState } from 'preact/hooks';
import { Tabs } from '../components/tabs.js';
import { Accounts } from './accounts.js';
import { Broadcasts } from './broadcasts.js';
import { Channels } from './channels.js';
import { Events } from './events.js';
import { Nodes } from './nodes.js';
import { Overview } from './overview.js';
import { Registration } from './registration.js';
import '../account/account.css';
import './admin.css';

const SECTIONS = [
  'overview',
  'live',
  'nodes',
  'accounts',
  'channels',
  'registration',
  'activity',
] as const;
type Section = (typeof SECTIONS)[number];

function sectionOf(hash: string): Section {
  return SECTIONS.find((section) => `#${section}` === hash) ?? 'overview';
}

/** The administrators' page. `own` is the id of the caller's account. */
export function Admin({ own }: { own: string }) {
  const [section, setSection] = useState(() => sectionOf(location.hash));
  // A section is loaded when it is first opened.
  const [seen, setSeen] = useState<ReadonlySet<Section>>(() => new Set([section]));
  useEffect(() => setSeen((before) => new Set(before).add(section)), [section]);
  const tab = (id: Section, label: string, content: preact.ComponentChild) => ({
    id,
    label,
    content: <div class="admin-section">{seen.has(id) && content}</div>,
  });
  return (
    <div class="admin">
      <h1>Administration</h1>
      <Tabs
        label="Administration"
        selected={section}
        onSelect={(id) => {
          history.replaceState(null, '', `#${id}`);
          setSection(id);
        }}
        tabs={[
          tab('overview', 'Overview', <Overview />),
          tab('live', 'Live now', <Broadcasts />),
          tab('nodes', 'Nodes', <Nodes isShown={section === 'nodes'} />),
          tab('accounts', 'Accounts', <Accounts own={own} />),
          tab('channels', 'Channels', <Channels />),
          tab('registration', 'Registration', <Registration />),
          tab('activity', 'Activity', <Events />),
        ]}
      />
    </div>
  );
}
