// Runs in a page before its own code: redirects WebRTC from the server's media port to another
// port.
globalThis.detourRtc = (fromPort, toPort) => {
  const redirect = (sdp) =>
    sdp.replaceAll(/^(a=candidate:(?:\S+ ){5})(\d+)/gm, (line, head, port) =>
      Number(port) === fromPort ? `${head}${toPort}` : line,
    );
  const Native = globalThis.RTCPeerConnection;
  if (!Native) return;
  globalThis.RTCPeerConnection = class extends Native {
    setRemoteDescription({ type, sdp }) {
      return super.setRemoteDescription({ type, sdp: redirect(sdp) });
    }
  };
};
