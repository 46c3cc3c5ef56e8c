#ifndef LOCKSTEP_CPMIX_H
#define LOCKSTEP_CPMIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes the name of the host of `rank` in the job `name_space` to `host`, whose size is `capacity`, as PMIx
 * knows it; false where no PMIx is loaded in this process, or it does not know. Asks the launcher's daemon on
 * this machine, and no other machine. May be called on any thread.
 *
 * PMIx is loaded by Open MPI and by Slurm's plug-in, and by no other MPI; so it is looked up at run time.
 * PMIx_Get of PMIX_HOSTNAME: PMIx standard 4.1, sections 5.1 and 6.1. */
bool CPMIx_host(const char *name_space, uint32_t rank, char *host, size_t capacity);

#endif
