import type { ReceiverMedia, ReceiverTerms } from '../../broadcast/ports/media.js';
import type { DtlsParameters } from '../../protocol/rtc.js';
import { readOffer } from '../../sdp/offer.js';
import { receiverTerms, receivingSections } from '../../sdp/receiver-terms.js';
import { SdpError } from '../../sdp/sdp-error.js';
import { senderOffer } from '../../sdp/sender-description.js';
import { RestreamError } from '../restream-problem.js';
import { type UdpCandidate, udpCandidates } from './answer-candidates.js';
import type { IceCredentials } from './connectivity-check.js';

/** The contents of a server's answer. */
export type WhipAnswer = Readonly<{
  terms: ReceiverTerms;
  dtls: DtlsParameters;
  ice: IceCredentials;
  candidates: readonly UdpCandidate[];
}>;

/**
 * Returns an offer for the broadcast's current tracks. It contains only the codecs of the tracks,
 * because nothing is transcoded; a kind without a track is offered in all codecs, because a track
 * may follow. It contains no candidates, because the server learns the address from the
 * connectivity checks (RFC 8445, section 7.3.1.3), as it does for encoders behind NATs.
 */
export function whipOffer(
  { agreed, consumers, transport }: Pick<ReceiverMedia, 'agreed' | 'consumers' | 'transport'>,
  local: IceCredentials,
  sessionId: number,
): string {
  const sent = new Set(
    consumers.flatMap(({ rtpParameters: { codecs } }) => codecs.map((one) => one.payloadType)),
  );
  const kinds = new Set(consumers.map(({ kind }) => kind));
  return senderOffer({
    transport: { ...transport, iceParameters: { ...local, iceLite: false }, iceCandidates: [] },
    agreed: {
      ...agreed,
      codecs: agreed.codecs.filter(
        ({ kind, preferredPayloadType }) => sent.has(preferredPayloadType) || !kinds.has(kind),
      ),
    },
    tracks: consumers,
    session: { id: sessionId, version: 1 },
  });
}

/**
 * @throws {RestreamError} `media_refused` if the server accepts nothing; `not_whip` if this isn't
 *   an answer
 */
export function readWhipAnswer(sdp: string): WhipAnswer {
  try {
    const answer = readOffer(sdp);
    const terms = receiverTerms(receivingSections(answer));
    // An answer chooses a role; `actpass` is not allowed (RFC 8842, section 5.2).
    const role = answer.dtls.role === 'server' ? 'server' : 'client';
    return {
      terms,
      dtls: { ...answer.dtls, role },
      ice: answer.ice,
      candidates: udpCandidates(sdp),
    };
  } catch (error) {
    if (!(error instanceof SdpError)) throw error;
    throw new RestreamError(error.reason === 'unsupported' ? 'media_refused' : 'not_whip');
  }
}
