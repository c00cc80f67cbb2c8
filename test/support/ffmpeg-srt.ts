import { FfmpegRtmp, type RtmpFilm } from './ffmpeg-rtmp.js';

/** An FFmpeg process that publishes a test picture with a tone as MPEG-TS over SRT in real time. */
export class FfmpegSrt extends FfmpegRtmp {
  /**
   * @param url with the stream id, and the passphrase if the stream is encrypted
   * @param format `h264` for H.264 without a container, which no server accepts
   */
  constructor(url: string, film?: RtmpFilm, format: 'mpegts' | 'h264' = 'mpegts') {
    super(url, film, format);
  }
}
