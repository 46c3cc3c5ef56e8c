#ifndef LOCKSTEP_CZLIB_SHIM_H
#define LOCKSTEP_CZLIB_SHIM_H

// Makes `next_in` a pointer to const, so that Swift can inflate from a buffer it only reads.
#define ZLIB_CONST
#include <zlib.h>

// `inflateInit2` is a macro, because it passes along the version and the size of the structure
// that the caller was compiled with; Swift imports only functions. 15 is the largest window; 16
// more asks for gzip's header and trailer, nothing else, and a negative number for neither.
static inline int CZlib_inflateInitGzip(z_stream *stream) {
  return inflateInit2(stream, 15 + 16);
}

static inline int CZlib_inflateInitRaw(z_stream *stream) {
  return inflateInit2(stream, -15);
}

#endif
