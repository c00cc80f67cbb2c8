#include "refusals.h"

#include <netinet/in.h>
#include <string.h>
#include <time.h>

static uint64_t now_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  // Never 0, which marks what was never refused.
  return (uint64_t)now.tv_sec + 1;
}

static void map_address(const struct sockaddr *to, uint8_t out[16]) {
  if (to->sa_family == AF_INET6) {
    memcpy(out, &((const struct sockaddr_in6 *)to)->sin6_addr, 16);
    return;
  }
  memset(out, 0, 10);
  memset(out + 10, 0xff, 2);
  memcpy(out + 12, &((const struct sockaddr_in *)to)->sin_addr, 4);
}

static size_t place_of(const uint8_t address[16]) {
  uint64_t words[2];
  memcpy(words, address, sizeof words);
  const uint64_t mixed = (words[0] * 31 + words[1]) * 0x9E3779B97F4A7C15u;
  return (size_t)(mixed >> 32) % REFUSED_SIZES;
}

static void remove_socket(Refusals *refusals, uint32_t index) {
  refusals->socket_count -= 1;
  refusals->sockets[index] = refusals->sockets[refusals->socket_count];
}

void refusals_add_socket(Refusals *refusals, void *socket) {
  const uint64_t until = now_seconds() + REFUSAL_SECONDS;
  if (refusals->socket_count == REFUSED_SOCKETS) {
    refusals->all_until = until;
    refusals->socket_count = 0;
    return;
  }
  refusals->sockets[refusals->socket_count++] = (RefusedSocket){socket, until};
}

void refusals_add_size(Refusals *refusals, const struct sockaddr *to, size_t size) {
  uint8_t address[16];
  map_address(to, address);
  RefusedSize *place = &refusals->sizes[place_of(address)];
  const uint64_t now = now_seconds();
  const bool known = place->until > now && memcmp(place->address, address, sizeof address) == 0;
  place->size = known && place->size < size ? place->size : size;
  place->until = now + REFUSAL_SECONDS;
  memcpy(place->address, address, sizeof address);
  refusals->has_sizes = true;
}

static bool socket_is_refused(Refusals *refusals, const void *socket, uint64_t now) {
  if (refusals->all_until > now) return true;
  refusals->all_until = 0;
  for (uint32_t i = 0; i < refusals->socket_count; i++) {
    if (refusals->sockets[i].socket != socket) continue;
    if (refusals->sockets[i].until > now) return true;
    remove_socket(refusals, i);
    return false;
  }
  return false;
}

static bool size_is_refused(const Refusals *refusals, const struct sockaddr *to, size_t size,
                            uint64_t now) {
  uint8_t address[16];
  map_address(to, address);
  const RefusedSize *place = &refusals->sizes[place_of(address)];
  return place->until > now && size >= place->size &&
         memcmp(place->address, address, sizeof address) == 0;
}

bool refusals_allow(Refusals *refusals, const void *socket, const struct sockaddr *to,
                    size_t size) {
  // Normally nothing was refused, and the clock isn't read.
  if (refusals->socket_count == 0 && refusals->all_until == 0 && !refusals->has_sizes) return true;
  const uint64_t now = now_seconds();
  if (socket_is_refused(refusals, socket, now)) return false;
  return !refusals->has_sizes || !size_is_refused(refusals, to, size, now);
}

void refusals_forget_socket(Refusals *refusals, const void *socket) {
  for (uint32_t i = 0; i < refusals->socket_count; i++)
    if (refusals->sockets[i].socket == socket) {
      remove_socket(refusals, i);
      return;
    }
}
