// A disk that fails: loaded ahead of libc, it lets EIO_AFTER bytes through to the files whose path begins with EIO_PATH, and answers EIO from then on.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static long left = -1;

// How many of `size` bytes may be written; -1 when the disk fails.
static ssize_t allowed(int fd, size_t size) {
  const char *path = getenv("EIO_PATH");
  char link[64], name[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = path == NULL ? -1 : readlink(link, name, sizeof name - 1);
  if (length < 0) return size;
  name[length] = 0;
  if (strncmp(name, path, strlen(path)) != 0) return size;
  if (left < 0) left = atol(getenv("EIO_AFTER"));
  if (left == 0) {
    errno = EIO;
    return -1;
  }
  if ((size_t)left < size) size = left;
  left -= size;
  return size;
}

#define LIBC(name, result, ...) ((result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *buf, size_t size) {
  ssize_t some = allowed(fd, size);
  return some < 0 ? -1 : LIBC(write, ssize_t, int, const void *, size_t)(fd, buf, some);
}

ssize_t pwrite64(int fd, const void *buf, size_t size, off64_t at) {
  ssize_t some = allowed(fd, size);
  return some < 0 ? -1 : LIBC(pwrite64, ssize_t, int, const void *, size_t, off64_t)(fd, buf, some, at);
}

ssize_t pwrite(int fd, const void *buf, size_t size, off_t at) {
  return pwrite64(fd, buf, size, at);
}

// One piece at a time: a short write is what any caller expects.
ssize_t writev(int fd, const struct iovec *pieces, int count) {
  for (int i = 0; i < count; i++)
    if (pieces[i].iov_len > 0) return write(fd, pieces[i].iov_base, pieces[i].iov_len);
  return 0;
}

int fsync(int fd) {
  return allowed(fd, 1) < 0 ? -1 : LIBC(fsync, int, int)(fd);
}
