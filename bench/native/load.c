/*
 * The load of the benchmarks: keeps one batch of requests under way on each connection, and looks at
 * replies only as far as is needed to see where a batch ends.
 *
 *   load PORT[,PORT...] CONNECTIONS PIPELINE REQUESTS HEX lines|bytes COUNT
 *
 * HEX is one request; a reply is over after COUNT lines or bytes. Prints {"seconds":…,"p50Us":…,
 * "p99Us":…}, the latter two of batches. Ends with 1 after a reply that begins with "-".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024, MOST_PORTS = 16 };

typedef struct {
  int fd;
  long left; /* lines or bytes of the batch that are still to come */
  uint64_t sent;
} Connection;

static char buffer[READ_BYTES];
static char *batch;
static size_t batch_bytes;
static int by_lines;
static long batch_count;
static uint32_t *took;
static long taken;

static void fail(const char *what) {
  fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
  exit(1);
}

static uint64_t now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static void open_connection(Connection *connection, int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connection->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(connection->fd, (struct sockaddr *)&to, sizeof to) != 0) fail("connect");
  int on = 1;
  setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void send_batch(Connection *connection) {
  size_t done = 0;
  connection->left = batch_count;
  connection->sent = now();
  while (done < batch_bytes) {
    ssize_t wrote = write(connection->fd, batch + done, batch_bytes - done);
    if (wrote < 0) fail("write");
    done += (size_t)wrote;
  }
}

/* Reads once; whether the batch is answered by then. */
static int read_some(Connection *connection) {
  ssize_t got = read(connection->fd, buffer, READ_BYTES);
  if (got <= 0) fail("read");
  if (connection->left == batch_count && buffer[0] == '-') {
    fprintf(stderr, "load: answered %.*s\n", (int)got, buffer);
    exit(1);
  }
  if (by_lines) {
    for (ssize_t at = 0; at < got; at++) connection->left -= buffer[at] == '\n';
  } else {
    connection->left -= got;
  }
  if (connection->left > 0) return 0;
  took[taken++] = (uint32_t)((now() - connection->sent) / 10);
  return 1;
}

static int ascending(const void *a, const void *b) {
  uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
  return (left > right) - (left < right);
}

static void one_by_one(Connection *connection, long batches) {
  while (batches-- > 0) {
    send_batch(connection);
    while (!read_some(connection)) continue;
  }
}

static void many(Connection *connections, int count, long batches) {
  int poll = epoll_create1(0);
  for (int at = 0; at < count; at++) {
    struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = &connections[at]}};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, connections[at].fd, &event) != 0) fail("epoll_ctl");
  }
  long to_send = batches;
  for (int at = 0; at < count && to_send > 0; at++, to_send--) send_batch(&connections[at]);
  struct epoll_event events[64];
  while (taken < batches) {
    int ready = epoll_wait(poll, events, 64, -1);
    for (int at = 0; at < ready; at++) {
      Connection *connection = events[at].data.ptr;
      if (!read_some(connection) || to_send == 0) continue;
      to_send--;
      send_batch(connection);
    }
  }
}

int main(int argc, char **argv) {
  if (argc != 8) {
    fprintf(stderr, "load: wrong usage\n");
    return 2;
  }
  int ports[MOST_PORTS], port_count = 0;
  for (char *port = strtok(argv[1], ","); port && port_count < MOST_PORTS; port = strtok(NULL, ","))
    ports[port_count++] = atoi(port);
  int count = atoi(argv[2]), pipeline = atoi(argv[3]);
  long batches = atol(argv[4]) / pipeline;
  size_t request_bytes = strlen(argv[5]) / 2;
  by_lines = strcmp(argv[6], "lines") == 0;
  batch_count = atol(argv[7]) * pipeline;
  batch_bytes = request_bytes * (size_t)pipeline;
  batch = malloc(batch_bytes);
  took = calloc((size_t)batches + 1, sizeof *took);
  Connection *connections = calloc((size_t)count, sizeof *connections);
  if (!batch || !took || !connections) fail("malloc");
  for (size_t at = 0; at < batch_bytes; at++)
    sscanf(argv[5] + at % request_bytes * 2, "%2hhx", (unsigned char *)&batch[at]);
  for (int at = 0; at < count; at++) open_connection(&connections[at], ports[at % port_count]);

  uint64_t began = now();
  if (count == 1) one_by_one(connections, batches);
  else many(connections, count, batches);
  double seconds = (double)(now() - began) / 1e9;

  qsort(took, (size_t)taken, sizeof *took, ascending);
  printf("{\"seconds\":%.9f,\"p50Us\":%.2f,\"p99Us\":%.2f}\n", seconds,
         taken ? took[taken / 2] / 100.0 : 0, taken ? took[(long)((double)taken * 0.99)] / 100.0 : 0);
  return 0;
}
