#include "CArguments.h"

static int count;
static char **words;

/* glibc calls the functions of .init_array with what it calls main with. */
__attribute__((constructor)) static void keep(int argc, char **argv) {
  count = argc;
  words = argv;
}

int CArguments_count(void) { return count; }

const char *CArguments_word(int number) { return words[number]; }
