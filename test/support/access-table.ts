import type { RequestName } from '../../src/protocol/events.js';

/** The identifiers that routes use for a channel and its broadcast. */
export type Target = Readonly<{ name: string; broadcastId: string }>;

/**
 * Who gets an answer from a route. `open`: everyone, so the answer must reveal nothing about
 * channels that aren't public. `listing`: everyone, but each caller gets only the channels that
 * they can watch. `channel`: the channel's audience; for everyone else the channel doesn't exist.
 */
export type RouteRule =
  | Readonly<{ rule: 'open'; path?: string; body?: object }>
  | Readonly<{ rule: 'listing' }>
  | Readonly<{
      rule: 'channel';
      path: (target: Target) => string;
      body?: object;
      /**
       * The error code for a caller who hasn't entered the password yet; `page`: a page that asks
       * for it.
       */
      locked?: 'password_required' | 'wrong_password' | 'page';
      /**
       * Whether to skip the owner's request, because it would delete the target, or fail because
       * the target doesn't exist.
       */
      notByOwner?: true;
      /**
       * For viewers of the channel other than its owner, the route responds as if the channel
       * didn't exist.
       */
      notForMembers?: true;
    }>;

const open = (path?: string, body?: object): RouteRule => ({
  rule: 'open',
  ...(path === undefined ? {} : { path }),
  ...(body === undefined ? {} : { body }),
});
const channel = (
  path: (target: Target) => string,
  more: Pick<
    RouteRule & { rule: 'channel' },
    'body' | 'locked' | 'notByOwner' | 'notForMembers'
  > = {},
): RouteRule => ({ rule: 'channel', path, ...more });
const ofChannel = (
  rest: string,
  more: Pick<RouteRule & { rule: 'channel' }, 'body' | 'locked' | 'notByOwner'> = {},
) => channel(({ name }) => `/api/channels/${name}${rest}`, more);

/** An unknown id: the owner gets an error about it; everyone else is rejected earlier. */
const NO_ID = '00000000-0000-4000-8000-000000000000';

/** Every route; HEAD counts as GET. A new route needs a row here. */
export const ROUTES: Readonly<Record<string, RouteRule>> = {
  'GET /': open(),
  'GET /studio': open(),
  'GET /stage/:name': open('/stage/tea'),
  'GET /login': open(),
  'GET /register': open(),
  'GET /account': open(),
  'GET /setup': open(),
  'GET /admin': open(),
  'GET /*': open('/a/b/c'),
  'GET /healthz': open(),
  'GET /readyz': open(),
  'GET /metrics': open(),
  'GET /api/openapi.json': open(),
  'POST /api/auth/register': open(undefined, {}),
  'POST /api/auth/login': open(undefined, {}),
  'POST /api/auth/logout': open(undefined, {}),
  'GET /api/me': open(),
  'GET /api/auth/options': open(),
  'POST /api/setup': open(undefined, {}),
  'POST /api/setup/claim': open(undefined, {}),
  'GET /api/admin/overview': open(),
  'GET /api/admin/accounts': open(),
  'PATCH /api/admin/accounts/:id': open('/api/admin/accounts/x', {}),
  'GET /api/admin/channels': open(),
  'GET /api/admin/events': open(),
  'GET /api/admin/broadcasts': open(),
  'POST /api/admin/broadcasts/:channel/end': open('/api/admin/broadcasts/secret-private/end', {}),
  'GET /api/admin/nodes': open(),
  'POST /api/admin/nodes/:id/drain': open('/api/admin/nodes/x/drain', {}),
  'DELETE /api/admin/nodes/:id/drain': open('/api/admin/nodes/x/drain', {}),
  'PUT /api/admin/registration': open(undefined, {}),
  'GET /api/admin/invitations': open(),
  'POST /api/admin/invitations': open(undefined, {}),
  'DELETE /api/admin/invitations/:id': open('/api/admin/invitations/x', {}),
  'PATCH /api/account': open(undefined, {}),
  'PUT /api/account/password': open(undefined, {}),
  'GET /api/auth/oidc': open(),
  'GET /api/auth/oidc/callback': open(),
  'POST /api/account/provider': open(undefined, {}),
  'DELETE /api/account/provider': open(undefined, {}),
  'PUT /api/account/avatar': open(undefined, {}),
  'DELETE /api/account/avatar': open(undefined, {}),
  'GET /avatars/:file': open('/avatars/x.webp'),
  'GET /api/account/export': open(),
  'DELETE /api/account': open(undefined, {}),
  'GET /api/account/security': open(),
  'GET /api/account/events': open(),
  'POST /api/account/second-factor/begin': open(undefined, {}),
  'POST /api/account/second-factor/confirm': open(undefined, {}),
  'POST /api/account/second-factor/recovery-codes': open(undefined, {}),
  'POST /api/account/second-factor/disable': open(undefined, {}),
  'GET /api/account/sessions': open(),
  'DELETE /api/account/sessions': open(undefined, {}),
  'DELETE /api/account/sessions/:id': open('/api/account/sessions/x', {}),
  'GET /api/account/tokens': open(),
  'POST /api/account/tokens': open(undefined, {}),
  'DELETE /api/account/tokens/:id': open('/api/account/tokens/x', {}),
  'POST /api/channels': open(undefined, {}),
  'GET /api/channels': { rule: 'listing' },
  'GET /api/channels/:name': ofChannel(''),
  'PATCH /api/channels/:name': ofChannel('', { body: {} }),
  'DELETE /api/channels/:name': ofChannel('', { body: {}, notByOwner: true }),
  'GET /api/channels/:name/broadcasts': ofChannel('/broadcasts'),
  'GET /api/channels/:name/playback': ofChannel('/playback'),
  'GET /api/channels/:name/access': ofChannel('/access'),
  'PATCH /api/channels/:name/access': ofChannel('/access', { body: {} }),
  'PUT /api/channels/:name/members/:username': ofChannel('/members/member', { body: {} }),
  'DELETE /api/channels/:name/members/:username': ofChannel('/members/nobody-here', { body: {} }),
  'GET /api/channels/:name/sharing': ofChannel('/sharing'),
  'PATCH /api/channels/:name/sharing': ofChannel('/sharing', { body: {} }),
  'GET /api/channels/:name/ingest': ofChannel('/ingest'),
  'GET /api/channels/:name/stream-key': ofChannel('/stream-key'),
  'POST /api/channels/:name/stream-key': ofChannel('/stream-key', { body: {} }),
  'DELETE /api/channels/:name/stream-key': ofChannel('/stream-key', { body: {} }),
  // Authorized by the channel's stream key: without it, a missing channel gets the same answer.
  'POST /whip/:name': open('/whip/secret-private', {}),
  'GET /whip/:name': open('/whip/secret-private'),
  'PUT /whip/:name': open('/whip/secret-private', {}),
  'OPTIONS /whip/:name': open('/whip/secret-private'),
  'GET /whip/:name/:session': open('/whip/secret-private/x'),
  'PUT /whip/:name/:session': open('/whip/secret-private/x', {}),
  'PATCH /whip/:name/:session': open('/whip/secret-private/x', {}),
  'DELETE /whip/:name/:session': open('/whip/secret-private/x', {}),
  'OPTIONS /whip/:name/:session': open('/whip/secret-private/x'),
  'GET /api/channels/:name/moderators': ofChannel('/moderators'),
  'PUT /api/channels/:name/moderators/:username': ofChannel('/moderators/member', { body: {} }),
  'DELETE /api/channels/:name/moderators/:username': ofChannel('/moderators/member', { body: {} }),
  'GET /api/channels/:name/audit': ofChannel('/audit'),
  'GET /api/channels/:name/follow': ofChannel('/follow'),
  'PUT /api/channels/:name/follow': ofChannel('/follow', { body: {} }),
  'DELETE /api/channels/:name/follow': ofChannel('/follow', { body: {} }),
  // The caller follows no channels here. Another test checks that inaccessible channels are left
  // out.
  'GET /api/follows': open(),
  'POST /api/channels/:name/unlock': ofChannel('/unlock', {
    body: { password: 'a guess' },
    locked: 'wrong_password',
  }),
  'GET /api/channels/:name/webhooks': ofChannel('/webhooks'),
  'POST /api/channels/:name/webhooks': ofChannel('/webhooks', { body: {} }),
  'DELETE /api/channels/:name/webhooks/:id': ofChannel(`/webhooks/${NO_ID}`, { body: {} }),
  'POST /api/channels/:name/webhooks/:id/secret': ofChannel(`/webhooks/${NO_ID}/secret`, {
    body: {},
    notByOwner: true,
  }),
  'POST /api/channels/:name/webhooks/:id/test': ofChannel(`/webhooks/${NO_ID}/test`, {
    body: {},
    notByOwner: true,
  }),
  'GET /api/channels/:name/webhooks/:id/deliveries': ofChannel(`/webhooks/${NO_ID}/deliveries`, {
    notByOwner: true,
  }),
  'GET /api/channels/:name/restream': ofChannel('/restream'),
  'POST /api/channels/:name/restream': ofChannel('/restream', { body: {} }),
  'PATCH /api/channels/:name/restream/:id': ofChannel(`/restream/${NO_ID}`, {
    body: { enabled: true },
    notByOwner: true,
  }),
  'DELETE /api/channels/:name/restream/:id': ofChannel(`/restream/${NO_ID}`, { body: {} }),
  'GET /api/channels/:name/stage/invitations': ofChannel('/stage/invitations'),
  'POST /api/channels/:name/stage/invitations': ofChannel('/stage/invitations', { body: {} }),
  'DELETE /api/channels/:name/stage/invitations/:id': ofChannel(`/stage/invitations/${NO_ID}`, {
    body: {},
    notByOwner: true,
  }),
  'GET /api/channels/:name/stage/scenes': ofChannel('/stage/scenes'),
  'PUT /api/channels/:name/stage/scenes': ofChannel('/stage/scenes', { body: {} }),
  'GET /api/channels/:name/stage/assets': ofChannel('/stage/assets'),
  'POST /api/channels/:name/stage/assets': ofChannel('/stage/assets', { body: {} }),
  'GET /api/channels/:name/stage/assets/:id': ofChannel(`/stage/assets/${NO_ID}`, {
    notByOwner: true,
  }),
  'DELETE /api/channels/:name/stage/assets/:id': ofChannel(`/stage/assets/${NO_ID}`, {
    body: {},
    notByOwner: true,
  }),
  'GET /api/broadcasts/:id': channel(({ broadcastId }) => `/api/broadcasts/${broadcastId}`),
  'PATCH /api/broadcasts/:id': channel(({ broadcastId }) => `/api/broadcasts/${broadcastId}`, {
    body: { visibility: 'public' },
  }),
  'GET /api/broadcasts/:id/statistics': channel(
    ({ broadcastId }) => `/api/broadcasts/${broadcastId}/statistics`,
    { notForMembers: true },
  ),
  'GET /api/broadcasts/:id/chat': channel(
    ({ broadcastId }) => `/api/broadcasts/${broadcastId}/chat`,
  ),
  'GET /:name': channel(({ name }) => `/${name}`, { locked: 'page' }),
  'GET /embed/:name': channel(({ name }) => `/embed/${name}`, { locked: 'page' }),
  'GET /api/channels/:name/recording': ofChannel('/recording'),
  'PATCH /api/channels/:name/recording': ofChannel('/recording', { body: {} }),
  'GET /api/recordings/:id': channel(({ broadcastId }) => `/api/recordings/${broadcastId}`),
  'GET /api/recordings/:id/download.mp4': channel(
    ({ broadcastId }) => `/api/recordings/${broadcastId}/download.mp4`,
    { notByOwner: true },
  ),
  'GET /api/recordings/:id/guests': channel(
    ({ broadcastId }) => `/api/recordings/${broadcastId}/guests`,
    { notForMembers: true },
  ),
  'GET /api/recordings/:id/guests/:guest/download.mp4': channel(
    ({ broadcastId }) => `/api/recordings/${broadcastId}/guests/${NO_ID}/download.mp4`,
    { notForMembers: true, notByOwner: true },
  ),
  'PATCH /api/recordings/:id': channel(({ broadcastId }) => `/api/recordings/${broadcastId}`, {
    body: {},
  }),
  'DELETE /api/recordings/:id': channel(({ broadcastId }) => `/api/recordings/${broadcastId}`, {
    body: {},
    notByOwner: true,
  }),
  'POST /api/recordings/:id/clips': channel(
    ({ broadcastId }) => `/api/recordings/${broadcastId}/clips`,
    { body: { startMs: 0, durationMs: 1_000 } },
  ),
  'GET /api/channels/:name/clips': ofChannel('/clips'),
  'GET /api/account/clips': open(),
  'GET /api/account/storage': open(),
  // Identified by their own ids; covered by other tests.
  'GET /api/clips/:id': open(`/api/clips/${NO_ID}`),
  'DELETE /api/clips/:id': open(`/api/clips/${NO_ID}`, {}),
  'GET /clips/:id': open(`/clips/${NO_ID}`),
  // Authorized by tokens, as live playback is.
  'GET /hls/recordings/:id/*': open(`/hls/recordings/${NO_ID}/index.m3u8`),
  'GET /hls/clips/:id/*': open(`/hls/clips/${NO_ID}/index.m3u8`),
  'GET /recordings/:id': channel(({ broadcastId }) => `/recordings/${broadcastId}`, {
    locked: 'page',
  }),
  'GET /hls/:name/thumbnail.jpg': channel(({ name }) => `/hls/${name}/thumbnail.jpg`),
  'GET /hls/:name/thumbnail/:file': channel(({ name }) => `/hls/${name}/thumbnail/v1.jpg`),
  'GET /whep/:name': channel(({ name }) => `/whep/${name}`),
  'POST /whep/:name': channel(({ name }) => `/whep/${name}`, { body: {} }),
  'OPTIONS /whep/:name': open('/whep/secret-private'),
  // Only the viewer who has the session knows its URL; no session exists here.
  'GET /whep/:name/:session': open(`/whep/secret-private/${NO_ID}`),
  'PATCH /whep/:name/:session': open(`/whep/secret-private/${NO_ID}`, {}),
  'DELETE /whep/:name/:session': open(`/whep/secret-private/${NO_ID}`, {}),
  'POST /whep/:name/:session/sse': open(`/whep/secret-private/${NO_ID}/sse`, []),
  'GET /whep/:name/:session/sse': open(`/whep/secret-private/${NO_ID}/sse`),
  'DELETE /whep/:name/:session/sse': open(`/whep/secret-private/${NO_ID}/sse`, {}),
  'OPTIONS /whep/:name/:session/sse': open(`/whep/secret-private/${NO_ID}/sse`),
  'POST /whep/:name/:session/layer': open(`/whep/secret-private/${NO_ID}/layer`, {}),
  'OPTIONS /whep/:name/:session/layer': open(`/whep/secret-private/${NO_ID}/layer`),
  'OPTIONS /whep/:name/:session': open(`/whep/secret-private/${NO_ID}`),
  // Authorized by tokens. Without a token, everyone is refused; another test covers valid tokens.
  'GET /hls/*': open('/hls/secret-private/thumbnail.jpg'),
  'OPTIONS /hls/*': open('/hls/secret-private/thumbnail.jpg'),
};

/**
 * Who gets an answer to a socket request. `open`: everyone, and the answer reveals nothing about a
 * channel. `channel`: the audience of the channel that the request names. `own`: everyone, for what
 * their connection received earlier.
 */
export type EventRule = 'open' | 'channel' | 'own';

/** Every socket request. */
export const EVENTS: Readonly<Record<RequestName, EventRule>> = {
  'clock:ping': 'open',
  'publisher:start': 'channel',
  'publisher:end': 'channel',
  'publisher:produce': 'own',
  'publisher:pause': 'own',
  'publisher:unproduce': 'own',
  'publisher:move': 'own',
  'publisher:clock': 'own',
  'publisher:thumbnail': 'own',
  'transport:connect': 'own',
  'transport:restart-ice': 'own',
  'viewer:join': 'channel',
  'viewer:leave': 'own',
  'viewer:resume': 'own',
  'viewer:layer': 'own',
  'stage:open': 'channel',
  // Requires an invitation instead; without a valid one, the answer is the same for every channel.
  'stage:join': 'open',
  'stage:close': 'own',
  'stage:leave': 'own',
  'stage:produce': 'own',
  'stage:unproduce': 'own',
  'stage:pause': 'own',
  'stage:resume': 'own',
  'stage:layer': 'own',
  'stage:record-guests': 'own',
  'stage:mix': 'own',
  'stage:mix-programme': 'own',
  'stage:place': 'own',
  'stage:mute': 'own',
  'stage:allow-screen': 'own',
  'stage:remove': 'own',
  'stage:say': 'own',
  'chat:join': 'channel',
  'chat:leave': 'channel',
  'chat:send': 'channel',
  'chat:history': 'channel',
  'chat:delete': 'channel',
  'chat:ban': 'channel',
  'chat:unban': 'channel',
  'chat:bans': 'channel',
  'chat:restore': 'channel',
  'chat:clear': 'channel',
  'chat:timeout': 'channel',
  'chat:pin': 'channel',
  'chat:settings': 'channel',
  'chat:change-settings': 'channel',
  'chat:held': 'channel',
  'chat:judge': 'channel',
  'chat:audit': 'channel',
  'chat:undo': 'channel',
  'chat:search': 'channel',
  'chat:viewers': 'channel',
  'chat:react': 'channel',
  'chat:float': 'channel',
  'chat:command': 'channel',
};
