/* listen.h -- listening sockets, non-blocking.  A descriptor, or -1. */
#ifndef LISTEN_H
#define LISTEN_H

#include "maas/base.h"

int http_listen_tcp(const char *host, int port, int *bound) MAAS_USE;
int http_listen_unix(const char *path) MAAS_USE;
void http_peer(int fd, char *to, size_t n);     /* who is at the other end */

#endif
