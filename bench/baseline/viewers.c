// A publisher and many cheap viewers of one media worker, on one core. The viewers decrypt nothing,
// and count packets by their unencrypted headers, but each sends a browser's receiver reports and
// transport-wide feedback, encrypted with SRTCP.
//
// viewers VIEWERS SSRC PAYLOAD_TYPE PACKET_BYTES PACKETS_PER_FRAME FRAMES_PER_SECOND KEY SALT
//
// KEY (32 bytes) and SALT (12 bytes) are the SRTP master key and salt of all viewers, in
// hexadecimal, for AEAD_AES_256_GCM. Prints a line with the viewers' UDP ports of 127.0.0.1, and
// answers each line of its input:
//
//   source PORT                         the worker's port for the stream, which is not encrypted
//   viewer INDEX PORT SSRC EXTENSION    the viewer receives the SSRC from this port of the worker.
//                                       EXTENSION is the id of the transport-wide sequence number;
//                                       without the extension, 0: no feedback
//   run VIEWERS SECONDS                 sends frames for this time, and prints what the
//                                       first VIEWERS have received: {"sent", "received",
//                                       "dropped", "p50Ms", "p99Ms", "maxMs", "cpuUs"}. "sent" are
//                                       packets times viewers; "dropped" are packets that this
//                                       program itself lost, because it was too slow; the times are
//                                       from when a frame was sent until its last packet arrived at
//                                       a viewer's socket
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#include "big-endian.h"
#include "srtcp.h"
#include "transport-feedback.h"

enum {
  HEADER = 12,
  /** The bytes read from each packet: enough for the header with all its extensions. */
  LOOKED_AT = 64,
  BATCH = 64,
  FRAMES_MAX = 65536,
  KEY_FRAME_EVERY = 60,
  NAL_PARAMETER_SET = 0x67,
  NAL_FRAGMENT = 0x7c,
};

static const int64_t FEEDBACK_NS = 100000000, REPORT_NS = 1000000000, SECOND_NS = 1000000000;
/** The wait for late packets after the last one was sent. */
static const int64_t LATE_NS = 500000000;

typedef struct {
  int udp;
  uint32_t ssrc;
  int extension;
  Srtcp rtcp;
  /** The packets that have arrived since the last feedback. */
  Arrival arrivals[REPORTED_MAX];
  int count;
  uint8_t feedbacks;
  uint32_t cycles;
  uint16_t highest;
  int64_t nextFeedback, nextReport;
} Viewer;

static Viewer *viewers;
static int viewerCount, packetBytes, burst, framesPerSecond, payloadType, entry, epollFd;
static uint32_t streamSsrc;
/** When each frame was sent; frames are numbered since the start. */
static int64_t sentNs[FRAMES_MAX];
static uint32_t frame, firstFrame;
static int active;
static uint64_t received;
static double *delaysMs;
static size_t delays, delaysMax;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/** Returns the time of the clock with which the kernel stamps packets. */
static int64_t nowNs(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return time.tv_sec * SECOND_NS + time.tv_nsec;
}

static double cpuUs(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void sendRtcp(Viewer *viewer, const unsigned char *packet, int size) {
  unsigned char out[FEEDBACK_BYTES + SRTCP_OVERHEAD];
  const int outSize = srtcpEncrypt(&viewer->rtcp, packet, size, out);
  if (outSize == 0) fail("encrypt");
  if (send(viewer->udp, out, (size_t)outSize, 0) < 0 && errno != EAGAIN) fail("send");
}

/** Sends a receiver report without losses (RFC 3550, section 6.4.2). */
static void sendReport(Viewer *viewer) {
  unsigned char packet[32] = {0x81, 201, 0, 7};
  put32(packet + 4, viewer->rtcp.sender);
  put32(packet + 8, viewer->ssrc);
  put32(packet + 16, viewer->cycles | viewer->highest);
  sendRtcp(viewer, packet, sizeof packet);
}

/** Reports the packets since the last feedback. */
static void sendFeedback(Viewer *viewer) {
  unsigned char packet[FEEDBACK_BYTES];
  if (viewer->count == 0) return;
  const Feedback feedback = {viewer->rtcp.sender, viewer->ssrc, viewer->feedbacks++,
                             viewer->arrivals, viewer->count};
  const int size = writeFeedback(packet, &feedback);
  viewer->count = 0;
  if (size > 0) sendRtcp(viewer, packet, size);
}

/**
 * Returns the offset of a one-byte header extension's value (RFC 8285, 4.2); 0 if it is missing.
 */
static int extensionAt(const unsigned char *packet, int size, int id) {
  int at = HEADER + 4 * (packet[0] & 0x0f);
  if (!(packet[0] & 0x10) || at + 4 > size || get16(packet + at) != 0xbede) return 0;
  int end = at + 4 + 4 * get16(packet + at + 2);
  if (end > size) end = size;
  for (at += 4; at < end;) {
    if (packet[at] == 0) {
      at++;
      continue;
    }
    if (packet[at] >> 4 == id) return at + 1;
    at += 2 + (packet[at] & 0x0f);
  }
  return 0;
}

static void note(Viewer *viewer, const unsigned char *packet, int size, int64_t ns) {
  if (size < HEADER || (packet[1] >= 192 && packet[1] <= 223)) return;
  const int at = viewer->extension ? extensionAt(packet, size, viewer->extension) : 0;
  if (at && viewer->count < REPORTED_MAX)
    viewer->arrivals[viewer->count++] = (Arrival){get16(packet + at), ns};
  if (get32(packet + 8) != viewer->ssrc) return;
  const uint16_t number = get16(packet + 2);
  if (number < viewer->highest && viewer->highest - number > 32768) viewer->cycles += 65536;
  viewer->highest = number;
  // The worker doesn't change the timestamp.
  const uint32_t of = get32(packet + 4) / (90000 / (uint32_t)framesPerSecond);
  if (of < firstFrame || of >= frame || viewer >= viewers + active) return;
  received++;
  if ((packet[1] & 0x80) && delays < delaysMax)
    delaysMs[delays++] = (double)(ns - sentNs[of % FRAMES_MAX]) / 1e6;
}

static void receive(Viewer *viewer) {
  static unsigned char packets[BATCH][LOOKED_AT];
  static unsigned char controls[BATCH][128];
  struct mmsghdr messages[BATCH];
  struct iovec parts[BATCH];
  for (;;) {
    for (int i = 0; i < BATCH; i++) {
      parts[i] = (struct iovec){packets[i], LOOKED_AT};
      messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &parts[i],
                                                 .msg_iovlen = 1,
                                                 .msg_control = controls[i],
                                                 .msg_controllen = sizeof controls[i]}};
    }
    const int count = recvmmsg(viewer->udp, messages, BATCH, MSG_DONTWAIT, NULL);
    if (count < 0) {
      if (errno == EAGAIN || errno == ECONNREFUSED) return;
      fail("recvmmsg");
    }
    for (int i = 0; i < count; i++) {
      int64_t ns = 0;
      struct msghdr *header = &messages[i].msg_hdr;
      for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
          struct timespec time;
          memcpy(&time, CMSG_DATA(c), sizeof time);
          ns = time.tv_sec * SECOND_NS + time.tv_nsec;
        }
      note(viewer, packets[i], (int)messages[i].msg_len, ns);
    }
    if (count < BATCH) return;
  }
}

static uint64_t droppedSoFar(void) {
  uint64_t sum = 0;
  for (int i = 0; i < active; i++) {
    // SK_MEMINFO_VARS values of 32 bits; the ninth one is SK_MEMINFO_DROPS.
    uint32_t info[9] = {0};
    socklen_t size = sizeof info;
    if (getsockopt(viewers[i].udp, SOL_SOCKET, SO_MEMINFO, info, &size)) fail("SO_MEMINFO");
    sum += info[8];
  }
  return sum;
}

static void sendFrame(void) {
  unsigned char packet[1500] = {0x80};
  sentNs[frame % FRAMES_MAX] = nowNs();
  for (int i = 0; i < burst; i++) {
    packet[1] = (unsigned char)((i == burst - 1 ? 0x80 : 0) | payloadType);
    put16(packet + 2, (uint16_t)(frame * (uint32_t)burst + (uint32_t)i));
    put32(packet + 4, frame * (90000u / (uint32_t)framesPerSecond));
    put32(packet + 8, streamSsrc);
    packet[HEADER] =
        i == 0 && (frame - firstFrame) % KEY_FRAME_EVERY == 0 ? NAL_PARAMETER_SET : NAL_FRAGMENT;
    if (send(entry, packet, (size_t)packetBytes, 0) < 0 && errno != ECONNREFUSED) fail("send");
  }
  frame++;
}

static void feedBack(int64_t now) {
  for (int i = 0; i < active; i++) {
    Viewer *viewer = &viewers[i];
    if (now >= viewer->nextFeedback) {
      sendFeedback(viewer);
      viewer->nextFeedback += FEEDBACK_NS;
    }
    if (now >= viewer->nextReport) {
      sendReport(viewer);
      viewer->nextReport += REPORT_NS;
    }
  }
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static double quantile(double share) {
  return delays == 0 ? 0 : delaysMs[(size_t)((double)(delays - 1) * share)];
}

static void run(double seconds) {
  const int64_t start = nowNs(), end = start + (int64_t)(seconds * 1e9);
  const int64_t interval = SECOND_NS / framesPerSecond;
  int64_t next = start;
  const double cpuBefore = cpuUs();
  delaysMax = (size_t)(seconds * framesPerSecond + 2) * (size_t)active;
  delaysMs = realloc(delaysMs, delaysMax * sizeof *delaysMs);
  if (!delaysMs) fail("memory");
  delays = 0;
  received = 0;
  firstFrame = frame;
  // Viewers report at different times.
  for (int i = 0; i < active; i++) {
    viewers[i].nextFeedback = start + FEEDBACK_NS * i / active;
    viewers[i].nextReport = start + REPORT_NS * i / active;
    viewers[i].count = 0;
  }
  const uint64_t droppedBefore = droppedSoFar();
  for (;;) {
    struct epoll_event events[256];
    const int count = epoll_wait(epollFd, events, 256, 1);
    for (int i = 0; i < count; i++) receive(&viewers[events[i].data.u32]);
    const int64_t now = nowNs();
    if (now >= end + LATE_NS) break;
    for (; next < end && next <= now; next += interval) sendFrame();
    feedBack(now);
  }
  qsort(delaysMs, delays, sizeof *delaysMs, compare);
  printf("{\"sent\": %llu, \"received\": %llu, \"dropped\": %llu, \"p50Ms\": %.2f, "
         "\"p99Ms\": %.2f, \"maxMs\": %.2f, \"cpuUs\": %.0f}\n",
         (unsigned long long)(frame - firstFrame) * (unsigned long long)burst *
             (unsigned long long)active,
         (unsigned long long)received, (unsigned long long)(droppedSoFar() - droppedBefore),
         quantile(0.5), quantile(0.99), quantile(1), cpuUs() - cpuBefore);
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {0};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons((uint16_t)port);
  return address;
}

static void connectTo(int udp, int port) {
  const struct sockaddr_in address = loopback(port);
  if (connect(udp, (const struct sockaddr *)&address, sizeof address)) fail("connect");
}

static int openUdp(void) {
  const struct sockaddr_in any = loopback(0);
  const int udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), on = 1, room = 4194304;
  if (udp < 0 || bind(udp, (const struct sockaddr *)&any, sizeof any) ||
      setsockopt(udp, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on))
    fail("socket");
  // Only root is allowed to exceed the system's limit.
  if (setsockopt(udp, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room))
    setsockopt(udp, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  return udp;
}

static int portOf(int udp) {
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  if (getsockname(udp, (struct sockaddr *)&address, &size)) fail("getsockname");
  return ntohs(address.sin_port);
}

static void openViewer(int index) {
  Viewer *viewer = &viewers[index];
  struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)index};
  viewer->udp = openUdp();
  if (!srtcpOpen(&viewer->rtcp, 0x10000u + (uint32_t)index)) fail("cipher");
  if (epoll_ctl(epollFd, EPOLL_CTL_ADD, viewer->udp, &event)) fail("epoll");
  printf("%d ", portOf(viewer->udp));
}

static void obey(const char *line) {
  int index, port, extension, count;
  unsigned ssrc;
  double seconds;
  if (sscanf(line, "source %d", &port) == 1) {
    connectTo(entry, port);
    puts("{}");
  } else if (sscanf(line, "viewer %d %d %u %d", &index, &port, &ssrc, &extension) == 4 &&
             index >= 0 && index < viewerCount) {
    viewers[index].ssrc = ssrc;
    viewers[index].extension = extension;
    connectTo(viewers[index].udp, port);
    puts("{}");
  } else if (sscanf(line, "run %d %lf", &count, &seconds) == 2 && count > 0 &&
             count <= viewerCount) {
    active = count;
    run(seconds);
  } else {
    fprintf(stderr, "unknown instruction: %s", line);
    exit(2);
  }
  fflush(stdout);
}

int main(int argc, char **argv) {
  char line[256];
  if (argc != 9) {
    fprintf(stderr, "viewers VIEWERS SSRC PAYLOAD_TYPE PACKET_BYTES PACKETS_PER_FRAME "
                    "FRAMES_PER_SECOND KEY SALT\n");
    return 2;
  }
  viewerCount = atoi(argv[1]);
  streamSsrc = (uint32_t)strtoul(argv[2], NULL, 10);
  payloadType = atoi(argv[3]);
  packetBytes = atoi(argv[4]);
  burst = atoi(argv[5]);
  framesPerSecond = atoi(argv[6]);
  if (!srtcpSetKey(argv[7], argv[8])) fail("key");
  viewers = calloc((size_t)viewerCount, sizeof *viewers);
  epollFd = epoll_create1(0);
  entry = openUdp();
  if (!viewers || epollFd < 0) fail("memory");
  for (int i = 0; i < viewerCount; i++) openViewer(i);
  puts("");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) obey(line);
  return 0;
}
