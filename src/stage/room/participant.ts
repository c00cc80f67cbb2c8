import { randomUUID } from 'node:crypto';
import type { Peer } from '../../broadcast/peer.js';
import type { ParticipantMedia } from '../../broadcast/ports/stage.js';
import type { StageParticipant } from '../../protocol/stage.js';

/** The properties by which bans identify a person. */
export type Bannable = Readonly<{
  accountId: string | null;
  guestId: string;
  /** The hash of the address. Address bans apply only to people without an account. */
  addressHash: string;
}>;

/** The invitation with which a guest arrived, and the person who used it. */
export type Invited = Readonly<{
  invitationId: string;
  /** The key that identifies the person among the users of the invitation. */
  person: string;
  bannable: Bannable;
}>;

/** A participant's socket, and its media. */
export type StageConnection = Readonly<{ peer: Peer; media: ParticipantMedia }>;

/** The host or a guest on a stage. Outlives a lost connection for the grace period. */
export class Participant {
  readonly id = randomUUID();
  /** Proves that a new connection belongs to the same client. */
  readonly resumeToken = randomUUID();
  /** Null for the host. */
  readonly invited: Invited | null;
  name: string;
  place: StageParticipant['place'];
  isMuted = false;
  isMutedByHost = false;
  mayShareScreen: boolean;
  /** Null while the participant is away. */
  connection: StageConnection | null = null;

  private constructor(name: string, invited: Invited | null) {
    const isHost = invited === null;
    this.name = name;
    this.invited = invited;
    this.place = isHost ? 'on-stage' : 'waiting';
    this.mayShareScreen = isHost;
  }

  static host(name: string): Participant {
    return new Participant(name, null);
  }

  static guest(name: string, invited: Invited): Participant {
    return new Participant(name, invited);
  }

  get role(): StageParticipant['role'] {
    return this.invited === null ? 'host' : 'guest';
  }

  /** Whether the microphone's track is paused. */
  get isSilenced(): boolean {
    return this.isMuted || this.isMutedByHost;
  }

  get view(): StageParticipant {
    const { id, name, role, place, isMutedByHost, isMuted, mayShareScreen } = this;
    const sends = this.connection?.media.sends ?? [];
    const isAway = this.connection === null;
    return { id, name, role, place, isAway, isMutedByHost, isMuted, mayShareScreen, sends };
  }
}
