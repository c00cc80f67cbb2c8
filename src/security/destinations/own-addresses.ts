import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { parseAddress } from '../../common/network-list.js';
import { CONFIG, type Config } from '../../config/config.js';

/**
 * Lists this machine's addresses: those of its interfaces, and the announced ones, which may belong
 * to a router. Webhooks and restreams must not reach services at these addresses, because a
 * firewall may protect the services from everyone else.
 */
@Injectable()
export class OwnAddresses {
  readonly #announced: readonly string[];
  /** The addresses to which the announced names were last resolved. */
  #resolved: readonly string[] = [];

  constructor(@Inject(CONFIG) { rtc }: Config) {
    this.#announced = rtc.announcedAddresses;
  }

  /**
   * Returns the current addresses in the format of {@link parseAddress}. They can change when the
   * interfaces change.
   */
  list(): ReadonlySet<string> {
    const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const texts = [
      ...interfaces.map(({ address }) => address),
      ...this.#announced,
      ...this.#resolved,
    ];
    return new Set(texts.flatMap((text) => parseAddress(text)?.toString() ?? []));
  }

  /** Resolves the announced names again. If that fails, the previous result remains in use. */
  async refresh(): Promise<void> {
    const names = this.#announced.filter((text) => parseAddress(text) === null);
    const found = await Promise.all(
      names.map((name) => lookup(name, { all: true }).catch(() => null)),
    );
    if (found.includes(null)) return;
    this.#resolved = found.flatMap((addresses) => addresses ?? []).map(({ address }) => address);
  }
}
