import { Controller, Get, Inject } from '@nestjs/common';
import { CurrentAccount, LoggedIn } from '../../auth/identity.guard.js';
import { Operation } from '../../common/operation.js';
import { CONFIG, type Config } from '../../config/config.js';
import { StorageView } from '../../protocol/storage.js';
import { ClipRepository } from '../clips/clip.repository.js';
import { RecordingSpace } from '../recording-space.js';

/** The HTTP API for an account's storage usage. */
@Controller('api/account/storage')
export class StorageController {
  readonly #clipsMax: number;

  constructor(
    private readonly space: RecordingSpace,
    private readonly clips: ClipRepository,
    @Inject(CONFIG) config: Config,
  ) {
    this.#clipsMax = config.recordings.clipsPerAccount;
  }

  @Get()
  @LoggedIn()
  @Operation({
    summary: 'Get your storage usage and limits',
    description:
      'Counts the recordings of your channels and the clips you created. The numbers may be up to 15 seconds old.',
    reply: StorageView,
    errors: ['not_logged_in'],
  })
  async get(@CurrentAccount() { id }: CurrentAccount): Promise<StorageView> {
    const { limitBytes, ...use } = this.space.useOf(id);
    return {
      ...use,
      limitBytes: limitBytes === null ? null : Math.floor(limitBytes),
      clips: await this.clips.count(id),
      clipsMax: this.#clipsMax,
    };
  }
}
