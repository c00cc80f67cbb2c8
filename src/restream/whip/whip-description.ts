import type { ReceiverMedia, ReceiverTerms } from '../../broadcast/ports/media.js';
import type { DtlsParameters } from '../../protocol/rtc.js';
import { readOffer } from '../../sdp/offer.js';
import { receiverTerms, receivingSections } from '../../sdp/receiver-terms.js';
import { SdpError } from '../../sdp/sdp-error.js';
import { senderOffer } from '../../sdp/sender-description.js';
import { RestreamError } from '../restream-problem.js';
import { type UdpCandidate, udpCandidates } from './answer-candidates.js';
import type { IceCredentials } from './connectivity-check.js';

/** What a server's answer says. */
export type WhipAnswer = Readonly<{
  terms: ReceiverTerms;
  dtls: DtlsParameters;
  ice: IceCredentials;
  candidates: readonly UdpCandidate[];
}>;

/**
 * Returns the offer of what a broadcast currently consists of. Its codecs are those of the tracks,
 * since nothing is transcoded; a kind that may still follow is offered in all codecs. It has no candidates: the server learns the address from the checks
 * (RFC 8445 7.3.1.3), as it does from encoders behind NATs.
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

/** @throws {RestreamError} `media_refused` if it accepts nothing; `not_whip` if it is no answer */
export function readWhipAnswer(sdp: string): WhipAnswer {
  try {
    const answer = readOffer(sdp);
    const terms = receiverTerms(receivingSections(answer));
    // RFC 8842 5.2: an answer chooses a role; `actpass` is not allowed in it.
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
