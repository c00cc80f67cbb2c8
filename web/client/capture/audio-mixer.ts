/** Mixes the microphone and a screen's sound into one track, by Web Audio. */
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

  /** The mix; ends with {@link close}. */
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
