/** The services to choose from; `custom` is any other server. */
export const PRESETS = {
  youtube: { name: 'YouTube', url: 'rtmps://a.rtmps.youtube.com/live2' },
  twitch: { name: 'Twitch', url: 'rtmps://live.twitch.tv/app' },
  custom: { name: '', url: '' },
} as const;
export type Preset = keyof typeof PRESETS;
