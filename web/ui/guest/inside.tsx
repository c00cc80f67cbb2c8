import { useState } from 'preact/hooks';
import { Volume2 } from 'lucide';
import type { StageParticipant } from '../../../src/protocol/stage.js';
import type { RemoteTrack } from '../../client/stage/stage-media.js';
import { BackstageChat } from '../backstage/backstage-chat.js';
import { HeardPeople, playAll } from '../backstage/heard-people.js';
import { Tile } from '../backstage/tile.js';
import { Button } from '../components/button.js';
import { useShortcuts } from '../studio/use-shortcuts.js';
import { GuestDock } from './guest-dock.js';
import type { GuestPhase, GuestVisit } from './guest-visit.js';
import { isMirrored } from './own-picture.js';
import { ProgrammePicture } from './programme-picture.js';
import { tallyOf } from './tally.js';

interface InsideProps {
  guest: GuestVisit;
  phase: Extract<GuestPhase, { name: 'inside' }>;
}

/** The green room and the stage from a guest's point of view. */
export function Inside({ guest, phase }: InsideProps) {
  const { stage, you } = phase;
  const [isBlocked, setBlocked] = useState(false);
  useShortcuts(guest.capture);
  const tracks = guest.link.tracks.value;
  const tally = tallyOf(phase);
  const isOnStage = you.place === 'on-stage';
  return (
    <div class="guest-inside">
      <section class="guest-main" aria-label="Stage">
        <div class={tally.isLive ? 'guest-bar guest-bar-live' : 'guest-bar'}>
          <span class="guest-tally">
            <span class="guest-tally-dot" aria-hidden="true" />
            {tally.label}
          </span>
          <p class="guest-sentence">{tally.sentence}</p>
          {stage.recordsGuests && (
            <p class="guest-recorded">{recordedSentence(stage.isLive && isOnStage)}</p>
          )}
          {isBlocked && (
            <Button
              size="s"
              icon={Volume2}
              onClick={() => {
                playAll();
                setBlocked(false);
              }}
            >
              Turn sound on
            </Button>
          )}
        </div>
        <div class="guest-pictures">
          <ProgrammePicture track={programmeOf(tracks)} isLive={stage.isLive} />
          <ul class="guest-tiles" aria-label="On stage">
            {isOnStage &&
              stage.participants
                .filter(({ id, place }) => id !== you.id && place === 'on-stage')
                .map((person) => (
                  <PersonTiles key={person.id} guest={guest} person={person} tracks={tracks} />
                ))}
            <OwnTile guest={guest} you={you} />
          </ul>
        </div>
        <GuestDock guest={guest} you={you} />
      </section>
      <aside class="guest-side" aria-label="Backstage">
        <BackstageChat
          messages={guest.link.messages.value}
          you={you.id}
          hint={
            isOnStage
              ? 'Only the host and the guests on stage can read this.'
              : 'Only the host can read this. Viewers can’t.'
          }
          onSay={(text) => guest.link.say(text)}
        />
      </aside>
      <HeardPeople tracks={tracks} onBlocked={() => setBlocked(true)} />
    </div>
  );
}

/** Returns the sentence that says that the host gets the guest's own video and sound. */
function recordedSentence(isRecordedNow: boolean): string {
  return isRecordedNow
    ? 'The host also gets a separate recording of your camera and microphone.'
    : 'While you’re on stage, the host also gets a separate recording of your camera and microphone.';
}

/** Returns the programme's video. While it is being replaced, two exist for a moment. */
function programmeOf(tracks: readonly RemoteTrack[]): MediaStreamTrack | null {
  return tracks.findLast(({ participant }) => participant === null)?.track ?? null;
}

interface PersonTilesProps {
  guest: GuestVisit;
  person: StageParticipant;
  tracks: readonly RemoteTrack[];
}

function PersonTiles({ guest, person, tracks }: PersonTilesProps) {
  const sent = tracks.filter(({ participant }) => participant === person.id);
  const camera = sent.find(({ source }) => source === 'camera');
  const screen = sent.find(({ source }) => source === 'screen');
  const { id, name, isMuted, isMutedByHost, isAway, role } = person;
  return (
    <>
      {screen && (
        <li>
          <Tile name={`${name}’s screen`} track={screen.track} contained />
        </li>
      )}
      <li>
        <Tile
          name={name}
          {...(role === 'host' && { note: 'host' })}
          track={camera?.track ?? null}
          muted={isMuted || isMutedByHost}
          away={isAway}
          readLevel={() => decibels(guest.link.levelOf(id))}
        />
      </li>
    </>
  );
}

function OwnTile({ guest, you }: { guest: GuestVisit; you: StageParticipant }) {
  const { capture } = guest;
  const camera = capture.camera.state.value;
  return (
    <li>
      <Tile
        name={you.name}
        note="you"
        track={camera.name === 'on' ? camera.track : null}
        mirrored={isMirrored(capture)}
        muted={capture.sound.silent.value || you.isMutedByHost}
        readLevel={() => capture.meter.read().rmsDb}
      />
    </li>
  );
}

function decibels(level: number): number {
  return level <= 0 ? Number.NEGATIVE_INFINITY : 20 * Math.log10(level);
}
