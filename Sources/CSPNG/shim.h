#ifndef LOCKSTEP_CSPNG_SHIM_H
#define LOCKSTEP_CSPNG_SHIM_H
#include <spng.h>
#endif
