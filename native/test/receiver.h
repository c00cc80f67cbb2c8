// Sockets on this machine on which tests receive.
#pragma once
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

typedef struct {
  int fd;
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
  } address;
} Receiver;

// Opens a socket on a free port of the loopback address, for AF_INET or AF_INET6.
Receiver receiver_open(int family);
// Receives what has already arrived; -1 if nothing has.
ssize_t receiver_take(const Receiver *receiver, void *out, size_t size);
// Receives a datagram that begins with this number (see `numbered`), and checks its size and bytes.
void receiver_expect(const Receiver *receiver, uint32_t number, size_t size);
// Writes the datagram with this number: an RTP-like first byte, the number, and bytes that depend on
// it.
void numbered(uint8_t *out, uint32_t number, size_t size);
