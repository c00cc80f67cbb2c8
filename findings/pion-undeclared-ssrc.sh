#!/usr/bin/env bash
# pion emits a track only if the session description declares its SSRC or each packet carries its mid. Without either,
# a connection with two media sections is established and packets arrive, but OnTrack never fires. In this case,
# browsers assign packets to tracks by payload type.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
go version
cat > go.mod <<'M'
module finding

go 1.25

require github.com/pion/webrtc/v4 v4.2.26
M
cat > main.go <<'G'
package main

import (
	"fmt"
	"os"
	"regexp"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// tracks counts the tracks that a receiver emits for a sender of audio and video whose answer was edited.
func tracks(edit func(string) string) (count int32) {
	receiver, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	must(err)
	defer receiver.Close()
	sender, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	must(err)
	defer sender.Close()
	receiver.OnTrack(func(*webrtc.TrackRemote, *webrtc.RTPReceiver) { atomic.AddInt32(&count, 1) })
	connected := make(chan struct{})
	receiver.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			close(connected)
		}
	})
	receive := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		_, err = receiver.AddTransceiverFromKind(kind, receive)
		must(err)
	}
	sound, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "sound", "s")
	must(err)
	picture, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "picture", "s")
	must(err)
	for _, track := range []webrtc.TrackLocal{sound, picture} {
		_, err = sender.AddTrack(track)
		must(err)
	}
	offer, err := receiver.CreateOffer(nil)
	must(err)
	gathered := webrtc.GatheringCompletePromise(receiver)
	must(receiver.SetLocalDescription(offer))
	<-gathered
	toSender := *receiver.LocalDescription()
	toSender.SDP = edit(toSender.SDP)
	must(sender.SetRemoteDescription(toSender))
	answer, err := sender.CreateAnswer(nil)
	must(err)
	gathered = webrtc.GatheringCompletePromise(sender)
	must(sender.SetLocalDescription(answer))
	<-gathered
	toReceiver := *sender.LocalDescription()
	toReceiver.SDP = edit(toReceiver.SDP)
	must(receiver.SetRemoteDescription(toReceiver))
	<-connected
	for range 100 {
		must(sound.WriteSample(media.Sample{Data: []byte{0xf8, 0xff, 0xfe}, Duration: 20 * time.Millisecond}))
		must(picture.WriteSample(media.Sample{Data: make([]byte, 200), Duration: 20 * time.Millisecond}))
		time.Sleep(20 * time.Millisecond)
	}
	return atomic.LoadInt32(&count)
}

func main() {
	declared := tracks(func(sdp string) string { return sdp })
	lines := regexp.MustCompile(`a=(ssrc|extmap)[^\r\n]*\r?\n`)
	undeclared := tracks(func(sdp string) string { return lines.ReplaceAllString(sdp, "") })
	fmt.Printf("tracks with a=ssrc: %d, without a=ssrc and the mid extension: %d\n", declared, undeclared)
	if declared != 2 || undeclared != 0 {
		os.Exit(1)
	}
}
G
go mod tidy 2>/dev/null
go list -m github.com/pion/webrtc/v4
if go run .; then echo "Unchanged: no track without a declared SSRC."; else echo "CHANGED"; exit 1; fi
