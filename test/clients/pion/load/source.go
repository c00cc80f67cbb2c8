package main

import (
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

const (
	videoClock      = 90_000
	packetsPerFrame = 9
	// With the two bytes of FU-A and the RTP header, packets have 1196 bytes. MediaMTX cuts frames
	// into packets of at most 1200 bytes itself, of which there are nine then, too.
	fragmentBytes = 1182
	keyFrameEvery = 60

	audioEvery = 20 * time.Millisecond
	audioClock = 48_000
	audioBytes = 160
)

const (
	nalSlice = 1
	nalKey   = 5
	nalStapA = 24
	nalFuA   = 28
	nalRef   = 0x60
)

var (
	// Constrained baseline, level 3.1, 1280x720.
	sequenceSet = []byte{0x67, 0x42, 0xe0, 0x1f, 0xda, 0x01, 0x40, 0x16, 0xe4}
	pictureSet  = []byte{0x68, 0xce, 0x3c, 0x80}
)

// A source publishes tracks whose packets have the form of H.264 and Opus, and no picture or sound.
// It stops while sending is false.
type source struct {
	sending atomic.Bool
	video   *webrtc.TrackLocalStaticRTP
	audio   *webrtc.TrackLocalStaticRTP
	since   time.Time
}

func publish(endpoint, token string, fps int) (*source, error) {
	peer, err := newPeer()
	if err != nil {
		return nil, err
	}
	one := &source{since: time.Now()}
	one.video, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{
		MimeType:    webrtc.MimeTypeH264,
		ClockRate:   videoClock,
		SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
	}, "video", "load")
	if err != nil {
		return nil, err
	}
	one.audio, err = webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{
		MimeType:  webrtc.MimeTypeOpus,
		ClockRate: audioClock,
		Channels:  2,
	}, "audio", "load")
	if err != nil {
		return nil, err
	}
	for _, track := range []webrtc.TrackLocal{one.audio, one.video} {
		direction := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
		added, err := peer.AddTransceiverFromTrack(track, direction)
		if err != nil {
			return nil, err
		}
		go drain(added.Sender())
	}
	one.sending.Store(true)
	if err = connect(peer, endpoint, token); err != nil {
		return nil, err
	}
	go one.sendVideo(time.Second / time.Duration(fps))
	go one.sendAudio()
	return one, nil
}

// drain reads reports, without which pion's interceptors don't see them.
func drain(sender *webrtc.RTPSender) {
	report := make([]byte, 1500)
	for {
		if _, _, err := sender.Read(report); err != nil {
			return
		}
	}
}

// at returns the present in the ticks of a clock, so that time passes in pauses as well.
func (s *source) at(clock uint32) uint32 {
	return uint32(time.Since(s.since).Seconds() * float64(clock))
}

func (s *source) sendVideo(frameEvery time.Duration) {
	ticks := time.NewTicker(frameEvery)
	var sequence uint16
	write := func(timestamp uint32, marker bool, payload []byte) {
		_ = s.video.WriteRTP(&rtp.Packet{
			Header: rtp.Header{
				Version: 2, Marker: marker, SequenceNumber: sequence, Timestamp: timestamp,
			},
			Payload: payload,
		})
		sequence++
	}
	frame := 0
	for range ticks.C {
		if !s.sending.Load() {
			// The first frame after a pause is a key frame.
			frame = 0
			continue
		}
		timestamp := s.at(videoClock)
		kind := byte(nalSlice)
		if frame%keyFrameEvery == 0 {
			kind = nalKey
			write(timestamp, false, parameterSets())
		}
		for index := range packetsPerFrame {
			write(timestamp, index == packetsPerFrame-1, fragment(kind, index))
		}
		frame++
	}
}

func parameterSets() []byte {
	packet := []byte{nalRef | nalStapA}
	for _, set := range [][]byte{sequenceSet, pictureSet} {
		packet = append(packet, 0, byte(len(set)))
		packet = append(packet, set...)
	}
	return packet
}

// fragment returns a part of a slice as FU-A (RFC 6184 5.8).
func fragment(kind byte, index int) []byte {
	payload := make([]byte, 2+fragmentBytes)
	for i := range payload {
		payload[i] = 0xa5
	}
	payload[0], payload[1] = nalRef|nalFuA, kind
	if index == 0 {
		payload[1] |= 0x80
		// first_mb_in_slice 0
		payload[2] = 0xb8
	}
	if index == packetsPerFrame-1 {
		payload[1] |= 0x40
	}
	return payload
}

func (s *source) sendAudio() {
	ticks := time.NewTicker(audioEvery)
	// A frame of 20 ms, CELT, stereo (RFC 6716 3.1).
	payload := make([]byte, audioBytes)
	payload[0] = 0xfc
	var sequence uint16
	for range ticks.C {
		if !s.sending.Load() {
			continue
		}
		_ = s.audio.WriteRTP(&rtp.Packet{
			Header:  rtp.Header{Version: 2, SequenceNumber: sequence, Timestamp: s.at(audioClock)},
			Payload: payload,
		})
		sequence++
	}
}
