import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { parseAddress } from '../common/network-list.js';
import { CONFIG, type Config } from '../config/config.js';

/**
 * By which addresses this machine can be reached: those of its interfaces, and the one that it is known
 * by outside of a router. What listens here may be closed to everybody else by a firewall.
 */
@Injectable()
export class OwnAddresses {
  readonly #announced: readonly string[];
  /** Of the announced names. */
  #resolved: readonly string[] = [];

  constructor(@Inject(CONFIG) { rtc }: Config) {
    this.#announced = rtc.announcedAddresses;
  }

  /** As they are now: interfaces come and go. In one form each, see {@link parseAddress}. */
  list(): ReadonlySet<string> {
    const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const texts = [
      ...interfaces.map(({ address }) => address),
      ...this.#announced,
      ...this.#resolved,
    ];
    return new Set(texts.flatMap((text) => parseAddress(text)?.toString() ?? []));
  }

  /** Looks announced names up again. What was found last counts while that fails. */
  async refresh(): Promise<void> {
    const names = this.#announced.filter((text) => parseAddress(text) === null);
    const found = await Promise.all(
      names.map((name) => lookup(name, { all: true }).catch(() => null)),
    );
    if (found.includes(null)) return;
    this.#resolved = found.flatMap((addresses) => addresses ?? []).map(({ address }) => address);
  }
}
