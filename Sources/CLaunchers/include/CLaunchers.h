#ifndef LOCKSTEP_CLAUNCHERS_H
#define LOCKSTEP_CLAUNCHERS_H

/* The text of scripts/launchers.tsv, which scripts read, too: what differs between the programs that start
 * ranks. In C, since C can put a file's text into the program. */
const char *CLaunchers_table(void);

#endif
