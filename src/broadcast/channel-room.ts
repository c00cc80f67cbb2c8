/** Returns the name of the socket room that contains all viewers and the publisher of a channel. */
export const channelRoom = (channelId: string): string => `channel:${channelId}`;
