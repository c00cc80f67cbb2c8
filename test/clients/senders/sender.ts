import type { Lab } from '../lab.js';
import type { LabChannel } from '../onair.js';
import type { Program } from '../program.js';
import type { Tool } from '../toolbox.js';

/** Where a program is to publish. */
export type Target = Readonly<{ url: string; key: string; channel: LabChannel }>;

/** A program that publishes, in one of its ways. */
export type Sender = Readonly<{
  /** Picks it on the command line. */
  name: string;
  client: string;
  way: string;
  tools: readonly Tool[];
  version(lab: Lab): Promise<string>;
  /** Starts to publish the film of flashes and beeps. */
  publish(lab: Lab, target: Target): Promise<Program>;
}>;
