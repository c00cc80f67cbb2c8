import type { ChatPage } from '../../src/protocol/chat.js';
import type { ClipList, ClipView, NewClip } from '../../src/protocol/clip.js';
import type {
  GuestRecordingList,
  RecordingChange,
  RecordingSettings,
  RecordingView,
} from '../../src/protocol/recording.js';
import { call } from './api.js';

const recordingPath = (id: string): string => `/recordings/${encodeURIComponent(id)}`;
const settingsPath = (name: string): string => `/channels/${encodeURIComponent(name)}/recording`;
const clipPath = (id: string): string => `/clips/${encodeURIComponent(id)}`;

type Page = Readonly<{ limit: number; offset: number }>;
const pageQuery = ({ limit, offset }: Page): string => `limit=${limit}&offset=${offset}`;

/** The API for recordings and clips. Every call throws `RequestError` on failure. */
export const recordingApi = {
  recording: (id: string) => call<RecordingView>('GET', recordingPath(id)),
  change: (id: string, change: RecordingChange) =>
    call<RecordingView>('PATCH', recordingPath(id), change),
  delete: (id: string) => call<null>('DELETE', recordingPath(id)),
  /** For a channel that the caller owns or moderates. */
  guests: (id: string) => call<GuestRecordingList>('GET', `${recordingPath(id)}/guests`),
  /** For a channel that the caller owns. */
  settings: (name: string) => call<RecordingSettings>('GET', settingsPath(name)),
  changeSettings: (name: string, settings: RecordingSettings) =>
    call<RecordingSettings>('PATCH', settingsPath(name), settings),
  /**
   * Gets the chat of a broadcast: the newest messages before a time, or the messages after a given
   * one.
   */
  chat: (id: string, part: { until: string } | { after: number }) =>
    call<ChatPage>(
      'GET',
      `/broadcasts/${encodeURIComponent(id)}/chat?` +
        ('until' in part ? `until=${encodeURIComponent(part.until)}` : `after=${part.after}`),
    ),
  createClip: (id: string, clip: NewClip) =>
    call<ClipView>('POST', `${recordingPath(id)}/clips`, clip),
  clip: (id: string) => call<ClipView>('GET', clipPath(id)),
  /** For a channel that the caller owns. */
  clipsOf: (name: string, page: Page) =>
    call<ClipList>('GET', `/channels/${encodeURIComponent(name)}/clips?${pageQuery(page)}`),
  /** Lists the clips that the caller created. */
  ownClips: (page: Page) => call<ClipList>('GET', `/account/clips?${pageQuery(page)}`),
  deleteClip: (id: string) => call<null>('DELETE', clipPath(id)),
};
