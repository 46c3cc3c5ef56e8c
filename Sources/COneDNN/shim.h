#ifndef LOCKSTEP_CONEDNN_SHIM_H
#define LOCKSTEP_CONEDNN_SHIM_H
#include <oneapi/dnnl/dnnl.h>
#endif
