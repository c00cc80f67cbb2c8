import type { Lab } from '../lab.js';
import type { LabChannel } from '../onair.js';
import type { Program } from '../program.js';
import type { Tool } from '../toolbox.js';

/** The destination to which a program publishes. */
export type Target = Readonly<{ url: string; key: string; channel: LabChannel }>;

/** One scenario in which a program publishes. */
export type Sender = Readonly<{
  /** The name on the command line. */
  name: string;
  client: string;
  /**
   * How the program publishes, as listed in docs/clients.md: the protocol, and the settings that
   * matter.
   */
  scenario: string;
  tools: readonly Tool[];
  version(lab: Lab): Promise<string>;
  /** Starts publishing the test video, which consists of flashes and beeps. */
  publish(lab: Lab, target: Target): Promise<Program>;
  /** Returns the path of the program's own recording of what it sent, or null if there is none. */
  ownRecording?(lab: Lab, target: Target): Promise<string | null>;
}>;
