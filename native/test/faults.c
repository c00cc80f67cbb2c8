#define _GNU_SOURCE
#include "faults.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

Faults faults = {.failures_left = -1};

ssize_t __real_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __real_sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to,
                      socklen_t to_size);
int __real_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags);
int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *size);
int __real_clock_gettime(clockid_t clock, struct timespec *time);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags);
ssize_t __wrap_sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to,
                      socklen_t to_size);
int __wrap_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *size);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);

static bool fails(int error) {
  if (error == 0 || faults.failures_left == 0) return false;
  if (faults.failures_left > 0) faults.failures_left -= 1;
  errno = error;
  return true;
}

ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags) {
  const struct cmsghdr *control = CMSG_FIRSTHDR(message);
  if (!control) {
    faults.singles += 1;
    return fails(faults.single_error) ? -1 : __real_sendmsg(fd, message, flags);
  }
  uint16_t segment;
  memcpy(&segment, CMSG_DATA(control), sizeof segment);
  faults.runs += 1;
  if ((int)message->msg_iovlen > faults.largest_run) faults.largest_run = (int)message->msg_iovlen;
  if (segment >= faults.run_segment && fails(faults.run_error)) return -1;
  return __real_sendmsg(fd, message, flags);
}

ssize_t __wrap_sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to,
                      socklen_t to_size) {
  faults.singles += 1;
  return fails(faults.single_error) ? -1 : __real_sendto(fd, data, size, flags, to, to_size);
}

int __wrap_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags) {
  faults.singles += 1;
  return fails(faults.single_error) ? -1 : __real_sendmmsg(fd, messages, count, flags);
}

int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *size) {
  if (level == IPPROTO_UDP && faults.probe_error != 0) {
    errno = faults.probe_error;
    return -1;
  }
  return __real_getsockopt(fd, level, name, value, size);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *time) {
  const int result = __real_clock_gettime(clock, time);
  time->tv_sec += (time_t)faults.seconds;
  return result;
}
