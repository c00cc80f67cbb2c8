// A WHEP player based on pion, with its defaults. Every second it prints a line of JSON with the
// number of packets that it has received of each track.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"
)

type count struct {
	Kind    string `json:"kind"`
	SSRC    uint32 `json:"ssrc"`
	Codec   string `json:"codec"`
	Packets int    `json:"packets"`
}

var (
	counts = map[uint32]*count{}
	lock   sync.Mutex
)

func main() {
	endpoint := flag.String("endpoint", "", "the address of the channel's WHEP endpoint")
	ask := flag.Bool("ask", false, "let the server make the offer")
	flag.Parse()
	if err := watch(*endpoint, *ask); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func watch(endpoint string, ask bool) error {
	peer, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return err
	}
	defer peer.Close()
	ended := make(chan string, 1)
	peer.OnTrack(receive)
	peer.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateFailed || state == webrtc.PeerConnectionStateClosed ||
			state == webrtc.PeerConnectionStateDisconnected {
			select {
			case ended <- state.String():
			default:
			}
		}
	})
	if ask {
		err = answer(peer, endpoint)
	} else {
		err = offer(peer, endpoint)
	}
	if err != nil {
		return err
	}
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	for {
		select {
		case state := <-ended:
			return fmt.Errorf("the connection is %s", state)
		case <-ticks.C:
			report()
		}
	}
}

func receive(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
	one := &count{Kind: track.Kind().String(), SSRC: uint32(track.SSRC()), Codec: track.Codec().MimeType}
	lock.Lock()
	counts[one.SSRC] = one
	lock.Unlock()
	for {
		if _, _, err := track.ReadRTP(); err != nil {
			return
		}
		lock.Lock()
		one.Packets++
		lock.Unlock()
	}
}

func report() {
	lock.Lock()
	defer lock.Unlock()
	all := []*count{}
	for _, one := range counts {
		all = append(all, one)
	}
	line, _ := json.Marshal(all)
	fmt.Println(string(line))
}

// offer sends an offer, as in WHEP.
func offer(peer *webrtc.PeerConnection, endpoint string) error {
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		direction := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
		if _, err := peer.AddTransceiverFromKind(kind, direction); err != nil {
			return err
		}
	}
	description, err := peer.CreateOffer(nil)
	if err != nil {
		return err
	}
	if err = gathered(peer, description); err != nil {
		return err
	}
	text, _, err := send(http.MethodPost, endpoint, peer.LocalDescription().SDP, http.StatusCreated)
	if err != nil {
		return err
	}
	return peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: text})
}

// answer answers the server's offer.
func answer(peer *webrtc.PeerConnection, endpoint string) error {
	text, session, err := send(http.MethodPost, endpoint, "", http.StatusCreated)
	if err != nil {
		return err
	}
	err = peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: text})
	if err != nil {
		return err
	}
	description, err := peer.CreateAnswer(nil)
	if err != nil {
		return err
	}
	if err = gathered(peer, description); err != nil {
		return err
	}
	_, _, err = send(http.MethodPatch, session, peer.LocalDescription().SDP, http.StatusNoContent)
	return err
}

func gathered(peer *webrtc.PeerConnection, description webrtc.SessionDescription) error {
	complete := webrtc.GatheringCompletePromise(peer)
	if err := peer.SetLocalDescription(description); err != nil {
		return err
	}
	<-complete
	return nil
}

// send returns the response's body and the session's URL.
func send(method, address, sdp string, wanted int) (string, string, error) {
	request, err := http.NewRequest(method, address, bytes.NewBufferString(sdp))
	if err != nil {
		return "", "", err
	}
	if sdp != "" {
		request.Header.Set("Content-Type", "application/sdp")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return "", "", err
	}
	if response.StatusCode != wanted {
		return "", "", fmt.Errorf("%s was answered with %d: %s", method, response.StatusCode, body)
	}
	base, err := url.Parse(address)
	if err != nil {
		return "", "", err
	}
	session, err := base.Parse(response.Header.Get("Location"))
	if err != nil {
		return "", "", err
	}
	return string(body), session.String(), nil
}
