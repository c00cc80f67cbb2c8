import { FfmpegRtmp, type RtmpFilm } from './ffmpeg-rtmp.js';

/** FFmpeg, publishing a test picture with a tone as MPEG-TS over SRT in real time. */
export class FfmpegSrt extends FfmpegRtmp {
  /** @param url with the stream id, and the passphrase if it encrypts */
  constructor(url: string, film?: RtmpFilm) {
    super(url, film, 'mpegts');
  }
}
