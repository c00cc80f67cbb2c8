// Runs in a page before its own code: limits WebRTC to one video codec.
globalThis.onlyCodec = (mimeType) => {
  const Native = globalThis.RTCPeerConnection;
  if (!Native) return;
  const codecs = RTCRtpSender.getCapabilities('video').codecs.filter((codec) =>
    [mimeType, 'video/rtx'].includes(codec.mimeType),
  );
  globalThis.RTCPeerConnection = class extends Native {
    addTransceiver(trackOrKind, options) {
      const transceiver = super.addTransceiver(trackOrKind, options);
      if ((trackOrKind.kind ?? trackOrKind) === 'video') transceiver.setCodecPreferences(codecs);
      return transceiver;
    }
  };
};
