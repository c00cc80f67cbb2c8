/** Mixes the microphone and the screen's audio into one track with Web Audio. */
export class AudioMixer {
  readonly #destination: MediaStreamAudioDestinationNode;
  readonly #sources: MediaStreamAudioSourceNode[];

  constructor(context: AudioContext, tracks: readonly MediaStreamTrack[]) {
    this.#destination = context.createMediaStreamDestination();
    this.#sources = tracks.map((track) => {
      const source = context.createMediaStreamSource(new MediaStream([track]));
      source.connect(this.#destination);
      return source;
    });
  }

  /** The mixed track, which ends on {@link close}. */
  get track(): MediaStreamTrack {
    const [track] = this.#destination.stream.getAudioTracks();
    if (track === undefined) throw new Error('the mixer has no output track');
    return track;
  }

  close(): void {
    for (const source of this.#sources) source.disconnect();
    this.track.stop();
  }
}
