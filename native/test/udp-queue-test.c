// Tests the queue with real sockets on this machine.
#define _GNU_SOURCE
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "queue-setting.h"

enum { DESTINATIONS = 5 };

// Sends datagrams of random sizes, mostly the same as the previous size, to several destinations.
static void send_random(int family, size_t size_max) {
  enum { ROUNDS = 200, AT_MOST = 60 };
  UdpQueue *queue = create();
  const int fd = open_sender(family);
  Receiver receivers[DESTINATIONS];
  for (int i = 0; i < DESTINATIONS; i++) receivers[i] = receiver_open(family);
  unsigned seed = 7;
  uint32_t number = 0;
  for (int round = 0; round < ROUNDS; round++) {
    struct {
      int to;
      size_t size;
    } sent[AT_MOST];
    size_t size = 40 + (size_t)rand_r(&seed) % (size_max - 40);
    const uint32_t first = number;
    const int count = rand_r(&seed) % AT_MOST;
    for (int i = 0; i < count; i++) {
      if (rand_r(&seed) % 6 == 0) size = 40 + (size_t)rand_r(&seed) % (size_max - 40);
      if (rand_r(&seed) % 4 == 0) size += (size_t)(rand_r(&seed) % 3) - 1;
      sent[i].to = rand_r(&seed) % DESTINATIONS;
      sent[i].size = size;
      add(queue, fd, &receivers[sent[i].to], number++, size);
    }
    udp_queue_flush(queue);
    for (int i = 0; i < count; i++)
      receiver_expect(&receivers[sent[i].to], first + (uint32_t)i, sent[i].size);
    for (int i = 0; i < DESTINATIONS; i++) expect_nothing(&receivers[i]);
  }
  CHECK_EQUAL(counters.datagrams, number);
  CHECK_EQUAL(counters.dropped, 0);
  CHECK_EQUAL(warnings, 0);
  for (int i = 0; i < DESTINATIONS; i++) close(receivers[i].fd);
  close(fd);
  udp_queue_free(queue);
}

static void keeps_order_ipv4(void) {
  send_random(AF_INET, 1400);
  CHECK(counters.segmented > counters.datagrams / 3);
}
static void keeps_order_ipv6(void) {
  send_random(AF_INET6, 1400);
  CHECK(counters.segmented > counters.datagrams / 3);
}
static void keeps_order_large(void) { send_random(AF_INET, 9000); }
static void sends_runs(void) {
  UdpQueue *queue = create();
  const int fd = open_sender(AF_INET);
  const Receiver receiver = receiver_open(AF_INET);
  // Datagrams of one size, and a shorter last one.
  for (uint32_t i = 0; i < 5; i++) add(queue, fd, &receiver, i, i == 4 ? 300 : SIZE);
  expect_nothing(&receiver);
  udp_queue_flush(queue);
  CHECK_EQUAL(faults.runs, 1);
  for (uint32_t i = 0; i < 5; i++) receiver_expect(&receiver, i, i == 4 ? 300 : SIZE);
  // Sizes as in a frame from Chromium: a longer datagram begins another run.
  for (uint32_t i = 0; i < FRAME; i++) add(queue, fd, &receiver, i, i < 6 ? 1202 : 1203);
  udp_queue_flush(queue);
  CHECK_EQUAL(faults.runs, 3);
  for (uint32_t i = 0; i < FRAME; i++) receiver_expect(&receiver, i, i < 6 ? 1202 : 1203);
  CHECK_EQUAL(faults.singles, 0);
  udp_queue_free(queue);
}

static void limits_runs(void) {
  UdpQueue *queue = create();
  const int fd = open_sender(AF_INET);
  const Receiver receiver = receiver_open(AF_INET);
  for (uint32_t i = 0; i < 200; i++) add(queue, fd, &receiver, i, 100);
  for (uint32_t i = 200; i < 230; i++) add(queue, fd, &receiver, i, 9000);
  udp_queue_flush(queue);
  for (uint32_t i = 0; i < 230; i++) receiver_expect(&receiver, i, i < 200 ? 100 : 9000);
  CHECK(faults.largest_run <= UDP_RUN_DATAGRAMS);
  CHECK_EQUAL(counters.refused_sizes + counters.refused_sockets, 0);
  udp_queue_free(queue);
}

static void sends_one_target(void) {
  UdpQueue *queue = create();
  const int fd = open_sender(AF_INET);
  const Receiver one = receiver_open(AF_INET), other = receiver_open(AF_INET);
  add_frame(queue, fd, &one);
  add_frame(queue, fd, &other);
  udp_queue_flush_target(queue, &(UdpTarget){&socket_a, fd, &one.address.any});
  expect_frame(&one);
  expect_nothing(&other);
  // The destination can be used again in the same turn.
  add_frame(queue, fd, &one);
  udp_queue_flush(queue);
  expect_frame(&one);
  expect_frame(&other);
  udp_queue_free(queue);
}

// Sends two frames on a socket without room. Nothing may overtake the deferred datagrams.
static void defer_frames(int error) {
  UdpQueue *queue = create();
  const int fd = open_sender(AF_INET);
  const Receiver receiver = receiver_open(AF_INET);
  faults.run_error = faults.single_error = error;
  faults.failures_left = 1;
  for (uint32_t i = 0; i < 12; i++) add(queue, fd, &receiver, i, i < 6 ? SIZE : SIZE + 1);
  udp_queue_flush(queue);
  for (uint32_t i = 12; i < 15; i++) add(queue, fd, &receiver, i, 100);
  udp_queue_flush(queue);
  CHECK_EQUAL(deferred_count, 15);
  for (uint32_t i = 0; i < 15; i++) CHECK_EQUAL(deferred[i], i);
  expect_nothing(&receiver);
  CHECK_EQUAL(counters.deferred, 15);
  // The socket has room again.
  is_socket_waiting = false;
  add_frame(queue, fd, &receiver);
  udp_queue_flush(queue);
  expect_frame(&receiver);
  CHECK_EQUAL(counters.refused_sockets + counters.refused_sizes + counters.dropped, 0);
  udp_queue_free(queue);
}

static void defers_eagain(void) { defer_frames(EAGAIN); }
static void defers_enobufs(void) { defer_frames(ENOBUFS); }

static void repeats_eintr(void) {
  UdpQueue *queue = create();
  const int fd = open_sender(AF_INET);
  const Receiver receiver = receiver_open(AF_INET);
  faults.run_error = faults.single_error = EINTR;
  faults.failures_left = 3;
  add_frame(queue, fd, &receiver);
  udp_queue_flush(queue);
  faults.failures_left = 3;
  add(queue, fd, &receiver, 100, 80);
  udp_queue_flush(queue);
  expect_frame(&receiver);
  receiver_expect(&receiver, 100, 80);
  CHECK_EQUAL(counters.deferred + counters.dropped, 0);
  udp_queue_free(queue);
}

static void drops_unreachable(void) {
  UdpQueue *queue = create();
  const int fd = open_sender(AF_INET);
  const Receiver receiver = receiver_open(AF_INET), wrong = receiver_open(AF_INET6);
  add_frame(queue, fd, &wrong);
  add_frame(queue, fd, &receiver);
  udp_queue_flush(queue);
  expect_frame(&receiver);
  CHECK_EQUAL(counters.dropped, FRAME);
  CHECK_EQUAL(counters.deferred, 0);
  // Nothing listens there any longer. The resulting ICMP errors must not affect other destinations.
  close(receiver.fd);
  const Receiver alive = receiver_open(AF_INET);
  for (int turn = 0; turn < 3; turn++) {
    add_frame(queue, fd, &receiver);
    add_frame(queue, fd, &alive);
    udp_queue_flush(queue);
    expect_frame(&alive);
  }
  udp_queue_free(queue);
}

static void survives_many_datagrams(void) {
  enum { COUNT = UDP_QUEUE_DATAGRAMS + 100 };
  UdpQueue *queue = create();
  const int fd = open_sender(AF_INET);
  const Receiver receiver = receiver_open(AF_INET);
  for (uint32_t i = 0; i < COUNT; i++) {
    add(queue, fd, &receiver, i, 40);
    if (i == UDP_QUEUE_DATAGRAMS - 1) expect_nothing(&receiver);
    if (i < UDP_QUEUE_DATAGRAMS) continue;
    // The receiver's buffer may be too small for all datagrams, so only the first one is checked.
    if (i == UDP_QUEUE_DATAGRAMS) receiver_expect(&receiver, 0, 40);
  }
  CHECK_EQUAL(counters.early_flushes, 1);
  udp_queue_flush(queue);
  CHECK_EQUAL(counters.datagrams, COUNT);
  CHECK_EQUAL(counters.dropped + counters.deferred, 0);
  udp_queue_free(queue);
}

static void survives_many_bytes(void) {
  enum { LARGE = 65000, COUNT = UDP_QUEUE_BYTES / LARGE + 20 };
  UdpQueue *queue = create();
  const int fd = open_sender(AF_INET);
  const Receiver receiver = receiver_open(AF_INET);
  for (uint32_t i = 0; i < COUNT; i++) add(queue, fd, &receiver, i, LARGE);
  CHECK_EQUAL(counters.early_flushes, 1);
  udp_queue_flush(queue);
  receiver_expect(&receiver, 0, LARGE);
  udp_queue_free(queue);
}

static void survives_many_destinations(void) {
  UdpQueue *queue = create();
  const int fd = open_sender(AF_INET);
  Receiver receiver = receiver_open(AF_INET);
  const uint32_t port = ntohs(receiver.address.v4.sin_port);
  // All of 127.0.0.0/8 is this machine; nothing listens on most of these addresses.
  for (uint32_t i = 0; i <= UDP_QUEUE_DESTINATIONS; i++) {
    Receiver other = receiver;
    other.address.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + i);
    other.address.v4.sin_port = htons((uint16_t)(port + i % 2));
    add(queue, fd, &other, i, 100);
  }
  CHECK_EQUAL(counters.early_flushes, 1);
  add(queue, fd, &receiver, 7, 100);
  udp_queue_flush(queue);
  receiver_expect(&receiver, 7, 100);
  udp_queue_free(queue);
}

static void closes_socket(void) {
  UdpQueue *queue = create();
  const int fd = open_sender(AF_INET);
  const Receiver receiver = receiver_open(AF_INET);
  add_frame(queue, fd, &receiver);
  udp_queue_close_socket(queue, &socket_a);
  expect_frame(&receiver);
  close(fd);
  // The same pointer for another socket, in the same turn.
  const int next = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int moved = dup2(next, fd + 50);
  close(next);
  add_frame(queue, moved, &receiver);
  udp_queue_flush(queue);
  expect_frame(&receiver);
  CHECK_EQUAL(counters.dropped, 0);
  udp_queue_free(queue);
}

static void rejects_what_it_cannot_hold(void) {
  UdpQueue *queue = create();
  static uint8_t bytes[UDP_DATAGRAM_BYTES + 1];
  const int fd = open_sender(AF_INET);
  const Receiver receiver = receiver_open(AF_INET);
  const struct sockaddr local = {.sa_family = AF_UNIX};
  const UdpTarget target = {&socket_a, fd, &receiver.address.any}, odd = {&socket_a, fd, &local};
  CHECK(!udp_queue_add(queue, &target, &(struct iovec){bytes, 0}, 1));
  CHECK(!udp_queue_add(queue, &target, &(struct iovec){bytes, sizeof bytes}, 1));
  CHECK(!udp_queue_add(queue, &odd, &(struct iovec){bytes, 10}, 1));
  udp_queue_flush(queue);
  udp_queue_flush_socket(queue, &socket_a);
  CHECK_EQUAL(counters.calls, 0);
  udp_queue_free(queue);
}

// Enters a new network namespace, with a loopback device of this MTU.
static void enter_network(int mtu) {
  const bool alone = unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
  if (!alone) exit(SKIPPED);
  const int fd = open_sender(AF_INET);
  struct ifreq request = {.ifr_name = "lo"};
  request.ifr_mtu = mtu;
  CHECK(ioctl(fd, SIOCSIFMTU, &request) == 0);
  request.ifr_flags = IFF_UP;
  CHECK(ioctl(fd, SIOCSIFFLAGS, &request) == 0);
  close(fd);
}

static void fits_small_mtu(void) {
  enter_network(1000);
  send_random(AF_INET, 1400);
  // The kernel itself refused a few runs, and fragmented the single datagrams.
  CHECK(counters.refused_sizes > 0);
  CHECK(counters.refused_sizes < 20);
  CHECK(counters.segmented > 0);
}

static const Case CASES[] = {
    {"keeps order and content of random sizes, over IPv4", keeps_order_ipv4},
    {"keeps order and content of random sizes, over IPv6", keeps_order_ipv6},
    {"keeps order and content of datagrams of up to 9 KB", keeps_order_large},
    {"keeps order and content on a device with an MTU of 1000", fits_small_mtu},
    {"sends a frame in one call, or in two if sizes grow", sends_runs},
    {"limits runs to what the kernel accepts", limits_runs},
    {"sends the datagrams for one destination, and keeps the rest", sends_one_target},
    {"defers everything after EAGAIN in order, and then sends again", defers_eagain},
    {"defers everything after ENOBUFS in order, and then sends again", defers_enobufs},
    {"repeats a call that a signal interrupts", repeats_eintr},
    {"drops datagrams that can't be sent, and sends the rest", drops_unreachable},
    {"flushes early when it is full of datagrams", survives_many_datagrams},
    {"flushes early when it is full of bytes", survives_many_bytes},
    {"flushes early when it is full of destinations", survives_many_destinations},
    {"sends the datagrams of a socket that closes, and forgets the socket", closes_socket},
    {"rejects empty and oversized datagrams, and other address families",
     rejects_what_it_cannot_hold},
};

int main(int argc, char **argv) {
  return run_cases(argc, argv, CASES, sizeof CASES / sizeof *CASES);
}
