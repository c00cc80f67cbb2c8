// A publisher that sends to a media worker, and the viewers that receive from it: measures the time
// from sending a frame's first packet until the whole frame has arrived at a viewer.
//
// frame-delay WORKER_PORT VIEWERS
// Opens VIEWERS sockets and prints {"ports": [...]}. For each line "SECONDS" on standard input, it
// sends frames for that time, each as a burst of PACKETS packets, to WORKER_PORT of 127.0.0.1, and
// prints {"p50Us": n, "p99Us": n, "frames": n, "missing": n}. The times are from just before a
// frame's first packet is sent until the kernel receives the last one for a viewer. RTP headers
// aren't encrypted, so packets are assigned to frames by their timestamps.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum {
  PACKETS = 9,
  SIZE = 1200,
  FRAMES_PER_SECOND = 30,
  KEY_FRAME_EVERY = 60,
  SSRC = 1111,
  PAYLOAD_TYPE = 103,
  TICKS = 90000 / FRAMES_PER_SECOND,
  VIEWERS_MAX = 1000,
  FRAMES_MAX = 1 << 14,
  NANOSECONDS = 1000000000,
};

static int viewers, sockets[VIEWERS_MAX];
static uint32_t frame_count;
static int64_t sent_at[FRAMES_MAX];
static uint8_t arrived[FRAMES_MAX][VIEWERS_MAX];
static int64_t last_at[FRAMES_MAX][VIEWERS_MAX];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int64_t now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (int64_t)time.tv_sec * NANOSECONDS + time.tv_nsec;
}

static void sleep_until(int64_t at) {
  const struct timespec time = {at / NANOSECONDS, at % NANOSECONDS};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

static void open_viewers(void) {
  printf("{\"ports\": [");
  for (int i = 0; i < viewers; i++) {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on) != 0)
      fail("socket");
    sockets[i] = fd;
    printf("%s%d", i ? ", " : "", ntohs(address.sin_port));
  }
  printf("]}\n");
  fflush(stdout);
}

static void send_frame(int fd) {
  static uint16_t sequence;
  const uint32_t ticks = htonl(frame_count * TICKS), ssrc = htonl(SSRC);
  sent_at[frame_count] = now(CLOCK_REALTIME);
  for (int i = 0; i < PACKETS; i++) {
    uint8_t packet[SIZE] = {0x80};
    const uint16_t number = htons(sequence++);
    packet[1] = (uint8_t)((i == PACKETS - 1 ? 0x80 : 0) | PAYLOAD_TYPE);
    memcpy(packet + 2, &number, sizeof number);
    memcpy(packet + 4, &ticks, sizeof ticks);
    memcpy(packet + 8, &ssrc, sizeof ssrc);
    // The NAL header of a parameter set, where a key frame starts, or of a fragment.
    packet[12] = i == 0 && frame_count % KEY_FRAME_EVERY == 0 ? 0x67 : 0x7c;
    if (send(fd, packet, sizeof packet, 0) < 0) fail("send");
  }
  frame_count++;
}

static void receive(int viewer) {
  uint8_t packet[2048];
  char control[256];
  struct iovec part = {packet, sizeof packet};
  for (;;) {
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    const ssize_t size = recvmsg(sockets[viewer], &message, 0);
    if (size < 0) return;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    // RTCP packets have these types (RFC 5761, section 4).
    if (size < 12 || !header || (packet[1] >= 192 && packet[1] <= 223)) continue;
    struct timespec time;
    memcpy(&time, CMSG_DATA(header), sizeof time);
    uint32_t ticks;
    memcpy(&ticks, packet + 4, sizeof ticks);
    const uint32_t frame = ntohl(ticks) / TICKS;
    if (frame >= frame_count) continue;
    const int64_t at = (int64_t)time.tv_sec * NANOSECONDS + time.tv_nsec;
    arrived[frame][viewer]++;
    if (at > last_at[frame][viewer]) last_at[frame][viewer] = at;
  }
}

static void receive_all(void) {
  for (int i = 0; i < viewers; i++) receive(i);
}

static int compare(const void *one, const void *other) {
  const int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;
  return (a > b) - (a < b);
}

static void report(uint32_t first) {
  const size_t room = (size_t)(frame_count - first) * (size_t)viewers;
  int64_t *delays = calloc(room, sizeof *delays);
  if (!delays) fail("memory");
  size_t count = 0;
  for (uint32_t frame = first; frame < frame_count; frame++)
    for (int i = 0; i < viewers; i++)
      if (arrived[frame][i] >= PACKETS) delays[count++] = last_at[frame][i] - sent_at[frame];
  qsort(delays, count, sizeof *delays, compare);
  const double p50 = count ? (double)delays[count / 2] / 1e3 : 0;
  const double p99 = count ? (double)delays[count * 99 / 100] / 1e3 : 0;
  printf("{\"p50Us\": %.0f, \"p99Us\": %.0f, \"frames\": %zu, \"missing\": %zu}\n", p50, p99, count,
         room - count);
  fflush(stdout);
  free(delays);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  viewers = atoi(argv[2]);
  if (viewers < 1 || viewers > VIEWERS_MAX) return 2;
  open_viewers();
  const int publisher = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in worker = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
  worker.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (publisher < 0 || connect(publisher, (struct sockaddr *)&worker, sizeof worker) != 0)
    fail("publisher");

  char line[64];
  while (fgets(line, sizeof line, stdin)) {
    const uint32_t first = frame_count, frames = (uint32_t)(atof(line) * FRAMES_PER_SECOND);
    if (first + frames > FRAMES_MAX) return 2;
    const int64_t start = now(CLOCK_MONOTONIC);
    for (uint32_t i = 0; i < frames; i++) {
      sleep_until(start + (int64_t)i * (NANOSECONDS / FRAMES_PER_SECOND));
      receive_all();
      send_frame(publisher);
    }
    // Waits for the last packets.
    sleep_until(now(CLOCK_MONOTONIC) + NANOSECONDS / 4);
    receive_all();
    report(first);
  }
  return 0;
}
