#ifndef LOCKSTEP_CONEDNN_SHIM_H
#define LOCKSTEP_CONEDNN_SHIM_H

#include <dlfcn.h>

#include <oneapi/dnnl/dnnl.h>

// oneDNN's threads are OpenMP's, and OpenMP reads OMP_NUM_THREADS before main() and takes all cores
// without it, so that the ranks of a node would fight for them. Its own call sets the number for the
// calling thread; Swift cannot name the function, because only oneDNN links the OpenMP library.
static inline void CONEDNN_use_one_thread(void) {
  void (*set_threads)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  if (set_threads != NULL) set_threads(1);
}

#endif
