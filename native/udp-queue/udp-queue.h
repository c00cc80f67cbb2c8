// The datagrams that one turn of an event loop sends, collected by destination, so that the kernel
// gets those for one destination in few calls: UDP generic segmentation offload (UDP_SEGMENT of
// udp(7), Linux 4.18) sends a run of datagrams of one size, the last of which can be shorter.
//
// A queue belongs to one thread. Datagrams for one destination keep their order.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum {
  // Limits of what one turn can collect. At a limit, the queue is flushed early, which costs more
  // calls but loses nothing. The memory is reserved, and used only as far as it was ever filled.
  UDP_QUEUE_DATAGRAMS = 24576,
  UDP_QUEUE_BYTES = 32 << 20,
  UDP_QUEUE_DESTINATIONS = 8192,
  // The largest payload of a datagram over IPv4; larger ones aren't taken.
  UDP_DATAGRAM_BYTES = 65507,
  // Limits of one run. The kernel's are 64 datagrams and 64 KB with headers.
  UDP_RUN_DATAGRAMS = 64,
  UDP_RUN_BYTES = 64000,
};

// Counters since the queue was created. Another process may map them: each is written by one thread
// and aligned, so a reader sees whole values.
typedef struct {
  uint64_t datagrams;        // taken by the queue
  uint64_t flushes;          // of the whole queue, unless it was empty
  uint64_t early_flushes;    // of them, those at a limit
  uint64_t calls;            // system calls for sending
  uint64_t segmented;        // datagrams that left in runs
  uint64_t deferred;         // datagrams handed to the owner, because the kernel had no room
  uint64_t dropped;          // datagrams lost to an error of their destination
  uint64_t refused_sockets;  // times that a socket was found unable to send runs
  uint64_t refused_sizes;    // times that a run was over the path's MTU
} UdpCounters;

// What the queue needs from the code that owns the sockets.
typedef struct {
  // Whether datagrams that were deferred earlier still wait at this socket. Later ones must then
  // wait behind them.
  bool (*is_waiting)(void *socket);
  // Takes a copy of a datagram, to be sent when the socket has room again. Called in order.
  void (*defer)(void *socket, const struct sockaddr *to, const void *data, size_t size);
  // Receives a sentence for the log, at most one per socket and ten minutes.
  void (*warn)(const char *sentence);
} UdpQueueOwner;

typedef struct UdpQueue UdpQueue;

typedef struct {
  void *socket;  // identifies the socket to the owner
  int fd;
  const struct sockaddr *to;  // AF_INET or AF_INET6
} UdpTarget;

// `counters` must outlive the queue. With `segments` false, or on a kernel without UDP_SEGMENT, the
// queue sends datagrams one by one. Returns NULL if memory is short.
UdpQueue *udp_queue_create(const UdpQueueOwner *owner, UdpCounters *counters, bool segments);
// Discards what wasn't flushed.
void udp_queue_free(UdpQueue *queue);

// Takes a copy of a datagram, to be sent at the next flush. Returns false if the queue can't hold it
// at all: no bytes, too many, or an address of another family.
bool udp_queue_add(UdpQueue *queue, const UdpTarget *target, const struct iovec *parts,
                   size_t count);
// Sends everything.
void udp_queue_flush(UdpQueue *queue);
// Sends what waits for this destination.
void udp_queue_flush_target(UdpQueue *queue, const UdpTarget *target);
// Sends what waits at this socket.
void udp_queue_flush_socket(UdpQueue *queue, void *socket);
// Sends what waits at this socket and forgets the socket, whose pointer and descriptor may be used
// again afterwards.
void udp_queue_close_socket(UdpQueue *queue, void *socket);
