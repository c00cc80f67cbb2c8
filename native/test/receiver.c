#define _GNU_SOURCE
#include "receiver.h"

#include <string.h>

#include "cases.h"

enum { BUFFER_BYTES = 8 << 20, FIRST_BYTE = 0x80 };

Receiver receiver_open(int family) {
  Receiver receiver = {.fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK, 0)};
  CHECK(receiver.fd >= 0);
  const int bytes = BUFFER_BYTES;
  // As root, exceeds the usual limit; otherwise, gets as much as the limit allows.
  if (setsockopt(receiver.fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
    setsockopt(receiver.fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  socklen_t size = sizeof receiver.address.v4;
  receiver.address.any.sa_family = (sa_family_t)family;
  if (family == AF_INET) {
    receiver.address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  } else {
    receiver.address.v6.sin6_addr = in6addr_loopback;
    size = sizeof receiver.address.v6;
  }
  if (bind(receiver.fd, &receiver.address.any, size) != 0) exit(SKIPPED);
  CHECK(getsockname(receiver.fd, &receiver.address.any, &size) == 0);
  return receiver;
}

ssize_t receiver_take(const Receiver *receiver, void *out, size_t size) {
  return recv(receiver->fd, out, size, 0);
}

void numbered(uint8_t *out, uint32_t number, size_t size) {
  for (size_t i = 0; i < size; i++) out[i] = (uint8_t)(number * 31 + i);
  out[0] = FIRST_BYTE;
  if (size > sizeof number) memcpy(out + 1, &number, sizeof number);
}

void receiver_expect(const Receiver *receiver, uint32_t number, size_t size) {
  static _Thread_local uint8_t actual[1 << 16], expected[1 << 16];
  const ssize_t received = receiver_take(receiver, actual, sizeof actual);
  CHECK_EQUAL(received, size);
  numbered(expected, number, size);
  CHECK(memcmp(actual, expected, size) == 0);
}
