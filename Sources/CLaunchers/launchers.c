#include "CLaunchers.h"

#pragma clang diagnostic ignored "-Wc23-extensions" /* as #embed is */

const char *CLaunchers_table(void) {
  static const char table[] = {
#embed "../../scripts/launchers.tsv"
      , 0};
  return table;
}
