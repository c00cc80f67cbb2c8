package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

const (
	patience   = 30 * time.Second
	retryEvery = 200 * time.Millisecond
)

// Each player has a connection of its own, like players on different machines.
var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// errNotLive means that the server doesn't have the publisher's tracks yet.
var errNotLive = errors.New("the stream is not live")

// newPeer returns a connection with pion's default codecs and interceptors, which uses the loopback
// interface only.
func newPeer() (*webrtc.PeerConnection, error) {
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		return nil, err
	}
	interceptors := &interceptor.Registry{}
	if err := webrtc.RegisterDefaultInterceptors(media, interceptors); err != nil {
		return nil, err
	}
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetIPFilter(func(address net.IP) bool { return address.IsLoopback() })
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	return webrtc.NewAPI(
		webrtc.WithMediaEngine(media),
		webrtc.WithInterceptorRegistry(interceptors),
		webrtc.WithSettingEngine(settings),
	).NewPeerConnection(webrtc.Configuration{})
}

// connect sends an offer to a WHIP or WHEP endpoint, and waits until the peers are connected.
func connect(peer *webrtc.PeerConnection, endpoint, token string) error {
	connected := make(chan error, 1)
	peer.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		var result error
		switch state {
		case webrtc.PeerConnectionStateConnected:
		case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
			result = fmt.Errorf("the connection is %s", state)
		default:
			return
		}
		select {
		case connected <- result:
		default:
		}
	})
	offer, err := peer.CreateOffer(nil)
	if err != nil {
		return err
	}
	complete := webrtc.GatheringCompletePromise(peer)
	if err = peer.SetLocalDescription(offer); err != nil {
		return err
	}
	<-complete
	answer, err := post(endpoint, token, peer.LocalDescription().SDP)
	for start := time.Now(); errors.Is(err, errNotLive) && time.Since(start) < patience; {
		time.Sleep(retryEvery)
		answer, err = post(endpoint, token, peer.LocalDescription().SDP)
	}
	if err != nil {
		return err
	}
	err = peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
	if err != nil {
		return err
	}
	select {
	case err = <-connected:
		return err
	case <-time.After(patience):
		return errors.New("the peers did not connect in time")
	}
}

func post(endpoint, token, sdp string) (string, error) {
	request, err := http.NewRequest(http.MethodPost, endpoint, bytes.NewBufferString(sdp))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/sdp")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	switch response.StatusCode {
	case http.StatusCreated:
	case http.StatusNotFound, http.StatusConflict:
		return "", fmt.Errorf("%w: %s", errNotLive, body)
	default:
		return "", fmt.Errorf("POST was answered with %d: %s", response.StatusCode, body)
	}
	return string(body), nil
}
