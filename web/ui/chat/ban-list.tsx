import { useEffect, useState } from 'preact/hooks';
import type { ChatBanView } from '../../../src/protocol/chat-moderation.js';
import type { Chat } from '../../client/chat.js';
import { RequestError } from '../../client/request-error.js';
import { Button } from '../components/button.js';
import { Dialog } from '../components/dialog.js';
import { Spinner } from '../components/spinner.js';
import { ago } from '../format/duration.js';
import './ban-list.css';

/** Who may not write in a chat, and the way back for them; for the channel's owner. */
export function BanList({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const [bans, setBans] = useState<readonly ChatBanView[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  async function attempt(action: () => Promise<void>): Promise<void> {
    setProblem(null);
    try {
      await action();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setProblem(error.message);
    }
  }
  async function load(): Promise<void> {
    setBans(await chat.bans());
  }
  async function unban(id: string): Promise<void> {
    await chat.unban(id);
    setBans((before) => before?.filter((ban) => ban.id !== id) ?? null);
  }
  useEffect(() => void attempt(load), [chat]);

  return (
    <Dialog
      title="Banned people"
      onClose={onClose}
      actions={<Button onClick={onClose}>Close</Button>}
    >
      <div role="alert">{problem !== null && <p class="ban-list-problem">{problem}</p>}</div>
      {bans === null && problem === null && <Spinner label="Loading" />}
      {bans?.length === 0 && <p>Nobody is banned from writing here.</p>}
      {bans !== null && bans.length > 0 && (
        <ul class="ban-list">
          {bans.map(({ id, name, createdAt }) => (
            <li key={id}>
              <span class="ban-list-name">
                {name}
                <span class="ban-list-since">{ago(Date.parse(createdAt), Date.now())}</span>
              </span>
              <Button size="s" onClick={() => void attempt(() => unban(id))}>
                Let write again
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
