import type { SceneList, StageAsset, StageAssetList } from '../../src/protocol/scene.js';
import type {
  CreatedStageInvitation,
  NewStageInvitation,
  StageInvitationView,
} from '../../src/protocol/stage.js';
import { call } from './api.js';
import { at } from './base-path.js';

const stagePath = (channel: string): string => `/channels/${encodeURIComponent(channel)}/stage`;

/** The API for the stage of a channel that the caller owns. Every call throws `RequestError`. */
export const stageApi = {
  invitations: (channel: string) =>
    call<StageInvitationView[]>('GET', `${stagePath(channel)}/invitations`),
  /** Creates an invitation. Only this reply contains the link. */
  invite: (channel: string, invitation: NewStageInvitation) =>
    call<CreatedStageInvitation>('POST', `${stagePath(channel)}/invitations`, invitation),
  /** Revokes an invitation, and sends away the guests who entered with it. */
  revoke: (channel: string, id: string) =>
    call<null>('DELETE', `${stagePath(channel)}/invitations/${encodeURIComponent(id)}`),
  scenes: (channel: string) => call<SceneList>('GET', `${stagePath(channel)}/scenes`),
  saveScenes: (channel: string, list: SceneList) =>
    call<SceneList>('PUT', `${stagePath(channel)}/scenes`, list),
  pictures: (channel: string) => call<StageAssetList>('GET', `${stagePath(channel)}/assets`),
  /** Uploads a picture for scenes. */
  addPicture: (channel: string, picture: File) =>
    call<StageAsset>(
      'POST',
      `${stagePath(channel)}/assets?name=${encodeURIComponent(picture.name.slice(0, 100))}`,
      picture,
    ),
  deletePicture: (channel: string, id: string) =>
    call<null>('DELETE', `${stagePath(channel)}/assets/${encodeURIComponent(id)}`),
  /** Returns the URL of a picture for scenes, which only the owner can load. */
  pictureUrl: (channel: string, id: string) =>
    at(`/api${stagePath(channel)}/assets/${encodeURIComponent(id)}`),
};
