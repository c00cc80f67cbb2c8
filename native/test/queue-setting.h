// A queue with one owner, and the functions with which tests use it.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "../udp-queue/udp-queue.h"
#include "cases.h"
#include "faults.h"
#include "receiver.h"

// A frame: this many datagrams of this size.
enum { FRAME = 9, SIZE = 1200 };

extern UdpCounters counters;
// The number of warnings so far.
extern int warnings;
// Whether the socket's owner has datagrams that wait for room, as after the first deferral.
extern bool is_socket_waiting;
// The numbers of the deferred datagrams, in the order in which they were deferred.
extern uint32_t deferred[64];
extern int deferred_count;
// Any pointer identifies a socket.
extern char socket_a, socket_b;

UdpQueue *create(void);
UdpQueue *create_switched_off(void);
int open_sender(int family);
// Adds the datagram with this number (see `numbered`) to the queue, for socket_a.
void add(UdpQueue *queue, int fd, const Receiver *to, uint32_t number, size_t size);
void add_frame(UdpQueue *queue, int fd, const Receiver *to);
void expect_frame(const Receiver *receiver);
void expect_nothing(const Receiver *receiver);
