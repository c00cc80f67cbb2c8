import { Inject, Injectable } from '@nestjs/common';
import { LOG, type Log } from '../../common/logger.js';
import { SceneList } from '../../protocol/scene.js';
import type { OwnChannel } from '../own-channels.js';
import { SceneRepository } from './scene.repository.js';

const NONE: SceneList = { format: 'wide', scenes: [] };

/** Stores the scenes of channels. */
@Injectable()
export class StageScenes {
  readonly #log: Log;

  constructor(
    private readonly repository: SceneRepository,
    @Inject(LOG) log: Log,
  ) {
    this.#log = log.child({ part: 'stage' });
  }

  /**
   * Returns the channel's scenes; an empty list if none are stored, or if this version can't read
   * them.
   */
  async get({ id, name }: OwnChannel): Promise<SceneList> {
    const stored = await this.repository.find(id);
    if (stored === undefined) return NONE;
    const { data, error } = SceneList.safeParse(stored);
    if (error)
      this.#log.warn({ err: error, channel: name }, 'the scenes of a channel are unreadable');
    return data ?? NONE;
  }

  async put({ id }: OwnChannel, list: SceneList): Promise<SceneList> {
    await this.repository.put(id, list);
    return list;
  }
}
