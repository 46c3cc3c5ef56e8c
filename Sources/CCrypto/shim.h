#ifndef LOCKSTEP_CCRYPTO_SHIM_H
#define LOCKSTEP_CCRYPTO_SHIM_H
// Swift imports all we call as it is; this header is here only to give the module its name.
#include <openssl/evp.h>
#endif
