#ifndef LOCKSTEP_CARGUMENTS_H
#define LOCKSTEP_CARGUMENTS_H

/* The words that this process was started with.
 *
 * Swift looks for them in /proc, or below the environment, where they no longer are once a library has called
 * setenv before main, as preloaded site tools do: its list is then empty, and the program would do what it
 * does without any. Here they are kept as the loader gives them. */

/* How many there are, the program's name being the first. */
int CArguments_count(void);

/* One of them; it lives as long as the process. */
const char *CArguments_word(int number);

#endif
