import { Inject } from '@nestjs/common';
import { type OnGatewayInit, WebSocketServer } from '@nestjs/websockets';
import { AccessService } from '../access/access.service.js';
import { channelRoom } from '../broadcast/channel-room.js';
import { OnairGateway, type OnairServer } from '../common/gateway.js';
import { LOG, type Log } from '../common/logger.js';
import { SharingSettingsService } from './sharing-settings.service.js';

/** Notifies viewers when they have to request their sharing parameters again. */
@OnairGateway()
export class SharingGateway implements OnGatewayInit {
  @WebSocketServer() private readonly server!: OnairServer;
  readonly #log: Log;

  constructor(
    private readonly settings: SharingSettingsService,
    private readonly access: AccessService,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'sharing' });
  }

  afterInit(): void {
    this.settings.events.on('changed', (name) => void this.#announce(name, { ifOff: true }));
    this.access.events.on('changed', (name) => void this.#announce(name, { ifOff: false }));
  }

  /** @param options.ifOff whether to announce settings under which viewers don't share */
  async #announce(name: string, { ifOff }: { ifOff: boolean }): Promise<void> {
    try {
      const access = await this.access.find(name);
      if (access === null) return;
      const settings = await this.settings.of(access.id);
      if (!settings.enabled && !ifOff) return;
      this.server.to(channelRoom(access.id)).emit('channel:sharing', { channel: name, settings });
    } catch (err) {
      // Viewers also notice when the tracker closes their connections.
      this.#log.warn({ err, channel: name }, 'a change to sharing can’t be announced');
    }
  }
}
