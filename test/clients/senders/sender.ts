import type { Lab } from '../lab.js';
import type { LabChannel } from '../onair.js';
import type { Program } from '../program.js';
import type { Tool } from '../toolbox.js';

/** The destination to which a program publishes. */
export type Target = Readonly<{ url: string; key: string; channel: LabChannel }>;

/** One way of publishing with a program. */
export type Sender = Readonly<{
  /** The name on the command line. */
  name: string;
  client: string;
  way: string;
  tools: readonly Tool[];
  version(lab: Lab): Promise<string>;
  /** Starts publishing the film of flashes and beeps. */
  publish(lab: Lab, target: Target): Promise<Program>;
  /** Returns the path of the program's own recording of what it sent; null if there is none. */
  ownRecording?(lab: Lab, target: Target): Promise<string | null>;
}>;
