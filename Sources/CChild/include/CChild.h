#ifndef LOCKSTEP_CCHILD_H
#define LOCKSTEP_CCHILD_H

/* prctl(2), which Swift cannot call since it is variadic: makes this process the parent of those whose own
 * parent below it ends. Returns 0 where that is done. */
int CChild_adopt_orphans(void);

/* Starts the program at `path` as the leader of a process group, with nothing to read: it gets SIGTERM when the
 * thread that calls this ends, ignores SIGUSR1 and SIGUSR2 until it does otherwise, has the usual answer to
 * SIGPIPE and SIGXFSZ, and blocks nothing. In C, since posix_spawn cannot ask for that SIGTERM, and Swift has no
 * fork. Returns its id, or the negative number of the error. */
int CChild_start(const char *path, char *const words[], char *const variables[]);

#endif
