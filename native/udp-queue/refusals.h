// Remembers which runs of datagrams the kernel refused, so that further ones aren't tried in vain.
// Everything is forgotten after ten minutes, because routes and devices change.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
  // Beyond this many sockets, runs are taken to be refused at every socket.
  REFUSED_SOCKETS = 64,
  // Addresses share places by their hash; one that loses its place is tried again, and refused
  // again.
  REFUSED_SIZES = 1024,
  REFUSAL_SECONDS = 600,
};

typedef struct {
  void *socket;
  uint64_t until;
} RefusedSocket;

typedef struct {
  uint8_t address[16];  // an IPv4 address is mapped, as in RFC 4291, section 2.5.5.2
  uint64_t until;
  size_t size;  // the smallest segment that was refused
} RefusedSize;

// All zeros is the initial state.
typedef struct {
  uint32_t socket_count;
  bool has_sizes;
  uint64_t all_until;  // the end of a refusal at every socket
  RefusedSocket sockets[REFUSED_SOCKETS];
  RefusedSize sizes[REFUSED_SIZES];
} Refusals;

void refusals_add_socket(Refusals *refusals, void *socket);
// A segment of this size is over the MTU of the path to this address.
void refusals_add_size(Refusals *refusals, const struct sockaddr *to, size_t size);
bool refusals_allow(Refusals *refusals, const void *socket, const struct sockaddr *to, size_t size);
void refusals_forget_socket(Refusals *refusals, const void *socket);
