#define _GNU_SOURCE
#include "queue-setting.h"

UdpCounters counters;
int warnings;
bool is_socket_waiting;
uint32_t deferred[64];
int deferred_count;

static bool is_waiting(void *socket) {
  (void)socket;
  return is_socket_waiting;
}

static void defer(void *socket, const struct sockaddr *to, const void *data, size_t size) {
  (void)socket, (void)to, (void)size;
  is_socket_waiting = true;
  CHECK(deferred_count < 64);
  memcpy(&deferred[deferred_count++], (const uint8_t *)data + 1, sizeof deferred[0]);
}

static void warn(const char *sentence) {
  CHECK(strlen(sentence) > 0);
  warnings += 1;
}

static UdpQueue *create_with(bool can_segment) {
  const UdpQueueOwner owner = {.is_waiting = is_waiting, .defer = defer, .warn = warn};
  UdpQueue *queue = udp_queue_create(&owner, &counters, can_segment);
  CHECK(queue != NULL);
  return queue;
}

UdpQueue *create(void) { return create_with(true); }
UdpQueue *create_switched_off(void) { return create_with(false); }

int open_sender(int family) {
  const int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  CHECK(fd >= 0);
  return fd;
}

char socket_a, socket_b;

void add(UdpQueue *queue, int fd, const Receiver *to, uint32_t number, size_t size) {
  static uint8_t bytes[1 << 16];
  numbered(bytes, number, size);
  const struct iovec parts[] = {{bytes, size / 3}, {bytes + size / 3, size - size / 3}};
  const UdpTarget target = {&socket_a, fd, &to->address.any};
  CHECK(udp_queue_add(queue, &target, parts, 2));
}

void add_frame(UdpQueue *queue, int fd, const Receiver *to) {
  for (uint32_t i = 0; i < FRAME; i++) add(queue, fd, to, i, SIZE);
}

void expect_frame(const Receiver *receiver) {
  for (uint32_t i = 0; i < FRAME; i++) receiver_expect(receiver, i, SIZE);
}

void expect_nothing(const Receiver *receiver) {
  uint8_t byte;
  CHECK_EQUAL(receiver_take(receiver, &byte, 1), -1);
}
