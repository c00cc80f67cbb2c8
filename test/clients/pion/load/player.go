package main

import (
	"encoding/binary"
	"sync"
	"sync/atomic"

	"github.com/pion/webrtc/v4"
)

const headerBytes = 12

// A player receives all tracks, and decodes none.
type player struct {
	lock   sync.Mutex
	tracks []*received
}

// The packets received of a track.
type received struct {
	packets atomic.Int64
	bytes   atomic.Int64
	// The number of packets from the first one to the newest one.
	extent atomic.Int64
}

func watch(endpoint string) (*player, error) {
	peer, err := newPeer()
	if err != nil {
		return nil, err
	}
	one := &player{}
	peer.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { one.receive(track) })
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		direction := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
		if _, err := peer.AddTransceiverFromKind(kind, direction); err != nil {
			return nil, err
		}
	}
	return one, connect(peer, endpoint, "")
}

func (p *player) receive(track *webrtc.TrackRemote) {
	one := &received{}
	p.lock.Lock()
	p.tracks = append(p.tracks, one)
	p.lock.Unlock()
	packet := make([]byte, 1500)
	var newest uint16
	for {
		size, _, err := track.Read(packet)
		if err != nil {
			return
		}
		if size < headerBytes {
			continue
		}
		number := binary.BigEndian.Uint16(packet[2:])
		// A retransmitted packet is older than the newest one.
		if extent := one.extent.Load(); extent == 0 {
			one.extent.Store(1)
			newest = number
		} else if ahead := int16(number - newest); ahead > 0 {
			one.extent.Add(int64(ahead))
			newest = number
		}
		one.packets.Add(1)
		one.bytes.Add(int64(size))
	}
}

func (p *player) all() []*received {
	p.lock.Lock()
	defer p.lock.Unlock()
	return append([]*received(nil), p.tracks...)
}

func (r *received) so() (packets, bytes, lost int64) {
	packets = r.packets.Load()
	return packets, r.bytes.Load(), r.extent.Load() - packets
}
