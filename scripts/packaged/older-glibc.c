/* What keeps the program of scripts/package from older releases of glibc, in their terms: it is linked with
 * Swift's and GCC's archives, and these would bind to what the glibc of the machine that builds has newest.
 * Hidden, so that no library that is loaded later uses these in place of glibc's own. */

#include <sys/random.h>

#define HIDDEN __attribute__((visibility("hidden")))

#if defined(__x86_64__)
#define FIRST_GLIBC "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define FIRST_GLIBC "GLIBC_2.17"
#endif

/* 2.35 gave hypot and hypotf another rounding, and so another version. Foundation names them; no number that
 * Lockstep computes comes from them. */
__asm__(".symver first_hypot, hypot@" FIRST_GLIBC);
__asm__(".symver first_hypotf, hypotf@" FIRST_GLIBC);
double first_hypot(double, double);
float first_hypotf(float, float);
HIDDEN double hypot(double x, double y) { return first_hypot(x, y); }
HIDDEN float hypotf(float x, float y) { return first_hypotf(x, y); }

/* New in 2.36. The C++ library names it for std::random_device, which nothing here makes. */
HIDDEN unsigned arc4random(void) {
  unsigned bits;
  while (getrandom(&bits, sizeof bits, 0) != sizeof bits) {}
  return bits;
}
