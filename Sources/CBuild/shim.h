#ifndef LOCKSTEP_CBUILD_SHIM_H
#define LOCKSTEP_CBUILD_SHIM_H

// What the manifest knows of a build. A Swift target can be told that a word is defined, but not as
// what; a C macro can.

#ifndef LOCKSTEP_COMMIT
#define LOCKSTEP_COMMIT ""
#endif

/* The commit that was built, as git describes it; empty where the build was not told. */
static inline const char *CBuild_commit(void) { return LOCKSTEP_COMMIT; }

#endif
