import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { UserPlus } from 'lucide';
import { assertNever } from '../../../../src/protocol/assert-never.js';
import { GUESTS_ON_STAGE_MAX } from '../../../../src/protocol/limits.js';
import { BackstageChat } from '../../backstage/backstage-chat.js';
import { Button } from '../../components/button.js';
import { confirm } from '../../components/confirm.js';
import { Switch } from '../../components/switch.js';
import { Spinner } from '../../components/spinner.js';
import { attempt } from './attempt.js';
import { FileSection } from './file-section.js';
import { GuestRow } from './guest-row.js';
import type { HostStage } from './host-stage.js';
import { InviteDialog } from './invite-dialog.js';
import { ServerMix, type ServerMixProps } from './server-mix.js';
import './guests-panel.css';

interface GuestsPanelProps {
  host: HostStage;
  isLive: boolean;
  /** Whether the panel is visible, rather than hidden behind another tab. */
  isShown: boolean;
  /** Closes the stage. Throws `RequestError`. */
  onClose: () => Promise<void>;
  /**
   * The choice between mixing in this browser and on the server; absent before the broadcast is
   * live.
   */
  mixing?: Omit<ServerMixProps, 'host'>;
}

/** The guests in the green room and on stage, with the host's controls. */
export function GuestsPanel({ host, isLive, isShown, onClose, mixing }: GuestsPanelProps) {
  const [isInviting, setInviting] = useState(false);
  const { link } = host;
  const messages = link.messages.value;
  useEffect(() => {
    if (isShown) host.readMessages();
  }, [host, isShown, messages]);
  const guests = host.guests.value;
  const waiting = guests.filter(({ place }) => place === 'waiting');
  const onStage = guests.filter(({ place }) => place === 'on-stage');
  return (
    <div class="guests">
      <div class="guests-people">
        <Connection host={host} />
        {host.isHere.value && (
          <Button icon={UserPlus} popup="dialog" wide onClick={() => setInviting(true)}>
            Invite guests
          </Button>
        )}
        <section class="guests-group" aria-label="Waiting">
          <h3 class="guests-title">
            Waiting <span class="guests-count figures">{waiting.length}</span>
          </h3>
          {waiting.length === 0 && (
            <p class="muted">No one is waiting. Guests appear here when they open your link.</p>
          )}
          <ul class="guests-list">
            {waiting.map((guest) => (
              <GuestRow key={guest.id} host={host} guest={guest} />
            ))}
          </ul>
        </section>
        <section class="guests-group" aria-label="On stage">
          <h3 class="guests-title">
            On stage{' '}
            <span class="guests-count figures">
              {onStage.length} of {GUESTS_ON_STAGE_MAX}
            </span>
          </h3>
          {onStage.length === 0 && <p class="muted">Only you.</p>}
          <ul class="guests-list">
            {onStage.map((guest) => (
              <GuestRow key={guest.id} host={host} guest={guest} />
            ))}
          </ul>
        </section>
        {host.isHere.value && (
          <Switch
            label="Record each guest separately"
            hint="In addition to the recording, you get a file with each guest’s camera and microphone. Guests are notified."
            checked={link.stage.value?.recordsGuests ?? false}
            onChange={(enabled) => void attempt(() => link.recordGuests(enabled))}
          />
        )}
        {host.isHere.value && <FileSection host={host} />}
        {mixing && host.isHere.value && <ServerMix host={host} {...mixing} />}
        {!isLive && (
          <Button variant="ghost" size="s" onClick={() => void close(guests.length, onClose)}>
            Close the stage
          </Button>
        )}
      </div>
      <BackstageChat
        messages={messages}
        you={link.stage.value?.you ?? null}
        hint="Only you and your guests can read this. Viewers can’t."
        onSay={(text) => link.say(text)}
      />
      {isInviting && <InviteDialog channel={host.channel} onClose={() => setInviting(false)} />}
    </div>
  );
}

/** Explains a problem with the connection to the stage, if there is one. */
function Connection({ host }: { host: HostStage }) {
  const state = host.link.state.value;
  switch (state.name) {
    case 'present':
    case 'out':
      return null;
    case 'entering':
      return (
        <p class="guests-note" role="status">
          <Spinner size={16} />
          {state.stage === null ? 'Opening the stage…' : 'Reconnecting to the stage…'}
        </p>
      );
    case 'refused':
      return (
        <Lost host={host} action="Try again">
          Couldn’t open the stage. {state.failure.message}
        </Lost>
      );
    case 'ended':
      return state.reason === 'taken_over' ? (
        <Lost host={host} action="Take the stage back">
          You opened the stage in another tab, where your guests are now.
        </Lost>
      ) : (
        <Lost host={host} action="Reopen the stage">
          The stage was closed, and your guests have left.
        </Lost>
      );
    default:
      return assertNever(state);
  }
}

interface LostProps {
  host: HostStage;
  /** The label of the button that reopens the stage in this tab. */
  action: string;
  children: ComponentChildren;
}

/** Explains why this tab doesn't have the stage, with a button that reopens it here. */
function Lost({ host, action, children }: LostProps) {
  return (
    <>
      <p class="guests-note" role="alert">
        {children}
      </p>
      <Button variant="primary" wide onClick={() => host.reopen()}>
        {action}
      </Button>
    </>
  );
}

async function close(guests: number, onClose: () => Promise<void>): Promise<void> {
  const isSure =
    guests === 0 ||
    (await confirm({
      title: 'Close the stage?',
      text: 'All guests are disconnected. They can return when you reopen the stage.',
      action: 'Close the stage',
      cancel: 'Keep it open',
    }));
  if (isSure) await attempt(onClose);
}
