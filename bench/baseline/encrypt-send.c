// The lower bound for the cost of forwarding: encrypts each packet for each destination as SRTP
// does with AES-256-GCM, and sends it. No parsing, no sequence numbers, no feedback, no copies for
// retransmission.
//
// encrypt-send SIZE BURST BURSTS_PER_SECOND SECONDS PORT...
// Sends bursts of BURST packets of SIZE bytes to each PORT of 127.0.0.1, like the frames of an
// encoder, and prints {"packets": n, "cpuUs": n}: this process's CPU time in user and kernel mode.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

enum { HEADER = 12, TAG = 16, MAX_SIZE = 1500 };

typedef struct {
  EVP_CIPHER_CTX *cipher;
  struct sockaddr_in address;
} Destination;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static double nowSeconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double cpuUs(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void sleepUntil(double seconds) {
  double wait = seconds - nowSeconds();
  if (wait <= 0) return;
  struct timespec time = {(time_t)wait, (long)((wait - (double)(time_t)wait) * 1e9)};
  nanosleep(&time, NULL);
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {0};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons((uint16_t)port);
  return address;
}

static Destination openDestination(int index, int port) {
  unsigned char key[32] = {(unsigned char)index, 1};
  Destination destination = {EVP_CIPHER_CTX_new(), loopback(port)};
  if (!EVP_EncryptInit_ex(destination.cipher, EVP_aes_256_gcm(), NULL, key, NULL)) fail("cipher");
  return destination;
}

/** The header stays readable and is authenticated; the rest is encrypted; the tag comes last. */
static void encrypt(EVP_CIPHER_CTX *cipher, const unsigned char *in, unsigned char *out, int size,
                    uint64_t count) {
  unsigned char iv[12] = {0};
  int length;
  memcpy(iv + 4, &count, sizeof count);
  memcpy(out, in, HEADER);
  if (!EVP_EncryptInit_ex(cipher, NULL, NULL, NULL, iv) ||
      !EVP_EncryptUpdate(cipher, NULL, &length, out, HEADER) ||
      !EVP_EncryptUpdate(cipher, out + HEADER, &length, in + HEADER, size - HEADER) ||
      !EVP_EncryptFinal_ex(cipher, out + size, &length) ||
      !EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, TAG, out + size))
    fail("encrypt");
}

int main(int argc, char **argv) {
  if (argc < 6) {
    fprintf(stderr, "encrypt-send SIZE BURST BURSTS_PER_SECOND SECONDS PORT...\n");
    return 2;
  }
  const int size = atoi(argv[1]), burst = atoi(argv[2]), count = argc - 5;
  const double interval = 1 / atof(argv[3]), start = nowSeconds(), end = start + atof(argv[4]);
  if (size <= HEADER || size > MAX_SIZE) return 2;
  Destination *destinations = calloc((size_t)count, sizeof *destinations);
  if (!destinations) fail("memory");
  for (int i = 0; i < count; i++) destinations[i] = openDestination(i, atoi(argv[5 + i]));
  const int udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  const struct sockaddr_in local = loopback(0);
  if (udp < 0 || bind(udp, (const struct sockaddr *)&local, sizeof local)) fail("socket");

  unsigned char packet[MAX_SIZE] = {0x80}, encrypted[MAX_SIZE + TAG];
  uint64_t packets = 0;
  const double cpuBefore = cpuUs();
  for (double next = start; next < end; next += interval) {
    sleepUntil(next);
    for (int i = 0; i < burst; i++)
      for (int d = 0; d < count; d++) {
        const struct sockaddr *to = (const struct sockaddr *)&destinations[d].address;
        encrypt(destinations[d].cipher, packet, encrypted, size, packets);
        if (sendto(udp, encrypted, (size_t)(size + TAG), 0, to, sizeof(struct sockaddr_in)) < 0)
          fail("sendto");
        packets++;
      }
  }
  printf("{\"packets\": %llu, \"cpuUs\": %.0f}\n", (unsigned long long)packets, cpuUs() - cpuBefore);
  return 0;
}
