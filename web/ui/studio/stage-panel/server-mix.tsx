import { Server } from 'lucide';
import { assertNever } from '../../../../src/protocol/assert-never.js';
import { RequestError } from '../../../client/request-error.js';
import { Button } from '../../components/button.js';
import { confirm } from '../../components/confirm.js';
import { Spinner } from '../../components/spinner.js';
import { toast } from '../../components/toast.js';
import type { HostStage } from './host-stage.js';

export interface ServerMixProps {
  host: HostStage;
  /** Called once the server mixes, so this page must stop publishing. */
  onMixed: () => Promise<void>;
  /** Publishes this browser's mix again. */
  onMixHere: () => void;
}

/** Lets the host choose where the live broadcast is mixed: in this browser or on the server. */
export function ServerMix({ host, onMixed, onMixHere }: ServerMixProps) {
  const state = host.serverMix.value;
  switch (state) {
    case 'unavailable':
      return null;
    case 'off':
      return (
        <section class="guests-group" aria-label="Mixing">
          <h3 class="guests-title">Mixing</h3>
          <p class="muted">
            This browser is mixing. Keep this tab open, or viewers lose the video.
          </p>
          <Button icon={Server} size="s" onClick={() => void mixOnServer(host, onMixed)}>
            Mix on the server
          </Button>
        </section>
      );
    case 'starting':
      return (
        <p class="guests-note" role="status">
          <Spinner size={16} />
          Starting the server’s mixer…
        </p>
      );
    case 'on':
      return (
        <section class="guests-group" aria-label="Mixing">
          <h3 class="guests-title">Mixing</h3>
          <p class="muted">
            The server is mixing. You can close this tab: the broadcast continues as long as someone
            is on stage.
          </p>
          <Button size="s" onClick={onMixHere}>
            Mix in this browser
          </Button>
        </section>
      );
    default:
      return assertNever(state);
  }
}

async function mixOnServer(host: HostStage, onMixed: () => Promise<void>): Promise<void> {
  const sure = await confirm({
    title: 'Mix on the server?',
    text: 'You can then close this tab, and the broadcast continues. Viewers see a short interruption. The server shows names, the banner, the logo, the ticker and the countdown, but doesn’t cross-fade scenes or move the ticker.',
    action: 'Mix on the server',
  });
  if (!sure) return;
  try {
    await host.mixOnServer();
    await onMixed();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    toast({ text: `The server couldn’t start mixing. ${error.message}`, tone: 'danger' });
  }
}
