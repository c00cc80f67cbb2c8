import { effect, untracked } from '@preact/signals';
import type { AccountView } from '../../../../src/protocol/account.js';
import type { Boot } from '../../../../src/protocol/boot.js';
import { Capture } from '../../../client/capture/capture.js';
import { ServerClock } from '../../../client/clock.js';
import { Connection } from '../../../client/connection.js';
import { Publisher } from '../../../client/publisher.js';
import { toast } from '../../components/toast.js';
import { ChannelChat } from './channel-chat.js';
import { ConnectionCheck } from './connection-check.js';
import { HealthHistory } from './health-history.js';
import { healthPointOf } from './health-point.js';
import { OnAir } from './on-air.js';
import { OwnChannels } from './own-channels.js';
import { ResumeTokens } from './resume-tokens.js';
import { StageSlot } from './stage-slot.js';

/** The parts of the studio, created once per page and passed to its components. */
export interface Studio {
  readonly account: AccountView;
  readonly capture: Capture;
  readonly channels: OwnChannels;
  readonly connection: Connection;
  readonly check: ConnectionCheck;
  readonly publisher: Publisher;
  readonly onAir: OnAir;
  /** The health of the current broadcast during the last two minutes. */
  readonly history: HealthHistory;
  readonly chat: ChannelChat;
  readonly stage: StageSlot;
}

/** Creates the studio of an account. */
export function createStudio(
  account: AccountView,
  { graceMs, rtpCapabilities }: Pick<Boot, 'graceMs' | 'rtpCapabilities'>,
): Studio {
  const connection = new Connection();
  const clock = new ServerClock(connection);
  const publisher = new Publisher({ connection, clock });
  const channels = new OwnChannels(account.username);
  const capture = new Capture({
    media: navigator.mediaDevices,
    secure: isSecureContext,
    storage: localStorage,
    onNotice: (text) => toast({ text }),
  });
  const stage = new StageSlot({
    hostName: account.displayName || account.username,
    capture,
    connection,
    clock,
    rtpCapabilities,
    storage: sessionStorage,
  });
  const onAir = new OnAir({
    capture,
    channels,
    connection,
    publisher,
    stage,
    tokens: new ResumeTokens(sessionStorage),
    graceMs,
  });
  const check = new ConnectionCheck(connection);
  const history = recordHealth(publisher);
  const chat = new ChannelChat(connection, channels);
  return { account, capture, channels, connection, check, publisher, onAir, history, chat, stage };
}

function recordHealth(publisher: Publisher): HealthHistory {
  const history = new HealthHistory();
  effect(() => {
    if (publisher.state.value.name === 'starting') untracked(() => history.clear());
  });
  effect(() => {
    const health = publisher.health.value;
    if (health !== null) untracked(() => history.push(healthPointOf(health)));
  });
  return history;
}
