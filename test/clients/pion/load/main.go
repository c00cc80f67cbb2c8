// A load of WebRTC clients based on pion: one publisher over WHIP, and many players over WHEP with
// pion's default interceptors. Only the network interfaces of the machine itself are used.
//
//	load -whip URL -token TOKEN -whep URL [-fps 30]
//
// The stream is H.264 in bursts of nine packets a frame, 2.6 Mbit/s at 30 frames a second, and Opus.
// The program publishes at once and prints {}. It answers each line of its input with a line of
// JSON:
//
//	go        starts or continues sending; {}
//	pause     stops sending; the sessions stay; {}
//	join N    adds N players, and waits until they are connected; {}
//	counts    {"players", "packets", "bytes", "lost"}: the RTP packets that all players have
//	          received so far, and those that are missing, by sequence number
//
// An error is {"error": "..."}. The program ends when its input does.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
)

// The number of players that connect at the same time.
const joining = 8

type load struct {
	whep    string
	source  *source
	players []*player
}

func main() {
	whip := flag.String("whip", "", "the address of the WHIP endpoint")
	token := flag.String("token", "", "the token to publish with")
	whep := flag.String("whep", "", "the address of the WHEP endpoint")
	fps := flag.Int("fps", 30, "the number of frames in a second")
	flag.Parse()
	source, err := publish(*whip, *token, *fps)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	all := &load{whep: *whep, source: source}
	say(struct{}{}, nil)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		say(all.do(strings.Fields(lines.Text())))
	}
}

func say(answer any, err error) {
	if err != nil {
		answer = map[string]string{"error": err.Error()}
	}
	line, _ := json.Marshal(answer)
	fmt.Println(string(line))
}

func (l *load) do(words []string) (any, error) {
	switch {
	case len(words) == 1 && words[0] == "go":
		l.source.sending.Store(true)
		return struct{}{}, nil
	case len(words) == 1 && words[0] == "pause":
		l.source.sending.Store(false)
		return struct{}{}, nil
	case len(words) == 1 && words[0] == "counts":
		return l.counts(), nil
	case len(words) == 2 && words[0] == "join":
		count, err := strconv.Atoi(words[1])
		if err != nil {
			return nil, err
		}
		return struct{}{}, l.join(count)
	default:
		return nil, fmt.Errorf("unknown instruction: %q", words)
	}
}

func (l *load) join(count int) error {
	var wait sync.WaitGroup
	var lock sync.Mutex
	var failure error
	places := make(chan struct{}, joining)
	for range count {
		places <- struct{}{}
		wait.Go(func() {
			defer func() { <-places }()
			one, err := watch(l.whep)
			lock.Lock()
			defer lock.Unlock()
			if err != nil {
				failure = err
				return
			}
			l.players = append(l.players, one)
		})
	}
	wait.Wait()
	return failure
}

func (l *load) counts() any {
	total := struct {
		Players int   `json:"players"`
		Packets int64 `json:"packets"`
		Bytes   int64 `json:"bytes"`
		Lost    int64 `json:"lost"`
	}{Players: len(l.players)}
	for _, one := range l.players {
		for _, track := range one.all() {
			packets, bytes, lost := track.so()
			total.Packets += packets
			total.Bytes += bytes
			total.Lost += lost
		}
	}
	return total
}
