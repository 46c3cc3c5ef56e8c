#ifndef LOCKSTEP_CMPI_SHIM_H
#define LOCKSTEP_CMPI_SHIM_H
#include <mpi.h>
#include <stddef.h> /* NULL, which MPICH's null handles use and its header does not define. */

/* What Swift cannot import from MPI's header, or imports otherwise with each implementation.
 *
 * 1. Swift does not import macros with casts in them, which is what predefined handles and special addresses
 *    are. For each of them there is an inline function here.
 *
 * 2. Numbers are macros in some headers and enumerators in others, which Swift imports with different types.
 *    Here each of them is a constant.
 *
 * 3. Swift does not import handles in such a way that the same Swift code compiles with every
 *    implementation, as the standard does not define their types. In Open MPI they are pointers, which
 *    Swift imports as optionals; in MPICH they are ints. Here each handle is in a struct, which looks the
 *    same to Swift either way: `CMPI_Comm()` makes an empty one, `.handle` is passed to MPI's functions,
 *    and `&….handle` is filled by them.
 *
 * The differences between implementations are dealt with in this header, except for those at the end of a
 * job: see Lifecycle.swift and the target CMPICHLauncher.
 */

/* Whether the header is that of the standard ABI, which any library of MPI 5.0 has (MPI 5.0, 20). */
#if defined(MPI_ABI_VERSION) && !defined(OMPI_MAJOR_VERSION) && !defined(MPICH_VERSION)
#define CMPI_IS_ABI
#endif

/* The MPI whose header this is, by name and version. */
#define CMPI_TEXT(number) CMPI_TEXT_OF(number)
#define CMPI_TEXT_OF(number) #number
static inline const char *CMPI_header(void) {
#if defined(CMPI_IS_ABI)
  return "standard ABI " CMPI_TEXT(MPI_ABI_VERSION) "." CMPI_TEXT(MPI_ABI_SUBVERSION);
#elif defined(OMPI_MAJOR_VERSION)
  return "Open MPI " CMPI_TEXT(OMPI_MAJOR_VERSION) "." CMPI_TEXT(OMPI_MINOR_VERSION) "." CMPI_TEXT(
      OMPI_RELEASE_VERSION);
#elif defined(I_MPI_VERSION)
  return "Intel MPI " I_MPI_VERSION;
#elif defined(MPICH_VERSION)
  return "MPICH " MPICH_VERSION;
#else
  return "unknown MPI";
#endif
}

#define CMPI_CONSTANT(name) static const int CMPI_##name = MPI_##name;
CMPI_CONSTANT(SUCCESS)
CMPI_CONSTANT(ANY_SOURCE)
CMPI_CONSTANT(ANY_TAG)
CMPI_CONSTANT(UNDEFINED)
CMPI_CONSTANT(COMM_TYPE_SHARED)
CMPI_CONSTANT(MODE_NOCHECK)
CMPI_CONSTANT(MAX_ERROR_STRING)
CMPI_CONSTANT(MAX_PROCESSOR_NAME)
CMPI_CONSTANT(THREAD_SINGLE)
CMPI_CONSTANT(THREAD_FUNNELED)
CMPI_CONSTANT(THREAD_SERIALIZED)
CMPI_CONSTANT(THREAD_MULTIPLE)
CMPI_CONSTANT(ERR_BUFFER)
CMPI_CONSTANT(ERR_COUNT)
CMPI_CONSTANT(ERR_TYPE)
CMPI_CONSTANT(ERR_TAG)
CMPI_CONSTANT(ERR_COMM)
CMPI_CONSTANT(ERR_RANK)
CMPI_CONSTANT(ERR_REQUEST)
CMPI_CONSTANT(ERR_ROOT)
CMPI_CONSTANT(ERR_GROUP)
CMPI_CONSTANT(ERR_OP)
CMPI_CONSTANT(ERR_ARG)
CMPI_CONSTANT(ERR_TRUNCATE)
CMPI_CONSTANT(ERR_IN_STATUS)
CMPI_CONSTANT(ERR_PENDING)
CMPI_CONSTANT(ERR_INFO)
CMPI_CONSTANT(ERR_INFO_KEY)
CMPI_CONSTANT(ERR_INFO_VALUE)
CMPI_CONSTANT(ERR_INFO_NOKEY)
CMPI_CONSTANT(ERR_NO_MEM)
CMPI_CONSTANT(ERR_ASSERT)
CMPI_CONSTANT(ERR_DISP)
CMPI_CONSTANT(ERR_LOCKTYPE)
CMPI_CONSTANT(ERR_SIZE)
CMPI_CONSTANT(ERR_WIN)
CMPI_CONSTANT(ERR_RMA_SYNC)
CMPI_CONSTANT(ERR_RMA_SHARED)
CMPI_CONSTANT(ERR_OTHER)
CMPI_CONSTANT(ERR_INTERN)
CMPI_CONSTANT(ERR_UNKNOWN)
CMPI_CONSTANT(T_ERR_INVALID_NAME)
#undef CMPI_CONSTANT

/* The room for a library's version, by which a library of another kind than this header is known. The
 * header's own number may be too small for it: Open MPI's is 256, and MPICH writes up to 8192 bytes. */
static const int CMPI_MAX_LIBRARY_VERSION_STRING =
    MPI_MAX_LIBRARY_VERSION_STRING > 8192 ? MPI_MAX_LIBRARY_VERSION_STRING : 8192;

typedef struct { MPI_Comm handle; } CMPI_Comm;
typedef struct { MPI_Datatype handle; } CMPI_Datatype;
typedef struct { MPI_Info handle; } CMPI_Info;
typedef struct { MPI_Message handle; } CMPI_Message;
typedef struct { MPI_Op handle; } CMPI_Op;
typedef struct { MPI_Request handle; } CMPI_Request;
typedef struct { MPI_Win handle; } CMPI_Win;
typedef struct { MPI_T_cvar_handle handle; } CMPI_T_cvar_handle;
typedef struct { MPI_T_enum handle; } CMPI_T_enum;

/* MPI_COMM_WORLD and MPI_COMM_SELF are cast macros. */
static inline CMPI_Comm CMPI_comm_world(void) { return (CMPI_Comm){MPI_COMM_WORLD}; }
static inline CMPI_Comm CMPI_comm_self(void) { return (CMPI_Comm){MPI_COMM_SELF}; }

/* MPI_INFO_NULL is a cast macro. */
static inline CMPI_Info CMPI_info_null(void) { return (CMPI_Info){MPI_INFO_NULL}; }

/* The predefined datatypes are cast macros. */
static inline CMPI_Datatype CMPI_bool(void) { return (CMPI_Datatype){MPI_C_BOOL}; }
static inline CMPI_Datatype CMPI_float(void) { return (CMPI_Datatype){MPI_FLOAT}; }
static inline CMPI_Datatype CMPI_double(void) { return (CMPI_Datatype){MPI_DOUBLE}; }
static inline CMPI_Datatype CMPI_int8(void) { return (CMPI_Datatype){MPI_INT8_T}; }
static inline CMPI_Datatype CMPI_int16(void) { return (CMPI_Datatype){MPI_INT16_T}; }
static inline CMPI_Datatype CMPI_int32(void) { return (CMPI_Datatype){MPI_INT32_T}; }
static inline CMPI_Datatype CMPI_int64(void) { return (CMPI_Datatype){MPI_INT64_T}; }
static inline CMPI_Datatype CMPI_uint8(void) { return (CMPI_Datatype){MPI_UINT8_T}; }
static inline CMPI_Datatype CMPI_uint16(void) { return (CMPI_Datatype){MPI_UINT16_T}; }
static inline CMPI_Datatype CMPI_uint32(void) { return (CMPI_Datatype){MPI_UINT32_T}; }
static inline CMPI_Datatype CMPI_uint64(void) { return (CMPI_Datatype){MPI_UINT64_T}; }

/* The predefined reduction operations are cast macros. */
static inline CMPI_Op CMPI_sum(void) { return (CMPI_Op){MPI_SUM}; }
static inline CMPI_Op CMPI_prod(void) { return (CMPI_Op){MPI_PROD}; }
static inline CMPI_Op CMPI_land(void) { return (CMPI_Op){MPI_LAND}; }
static inline CMPI_Op CMPI_lor(void) { return (CMPI_Op){MPI_LOR}; }
static inline CMPI_Op CMPI_lxor(void) { return (CMPI_Op){MPI_LXOR}; }
static inline CMPI_Op CMPI_band(void) { return (CMPI_Op){MPI_BAND}; }
static inline CMPI_Op CMPI_bor(void) { return (CMPI_Op){MPI_BOR}; }
static inline CMPI_Op CMPI_bxor(void) { return (CMPI_Op){MPI_BXOR}; }

/* MPI_MIN and MPI_MAX are cast macros.
 *
 * MPICH 4.0.0 to 4.0.2 compare unsigned integers as if they were signed. With these versions, user-defined
 * operations replace the two for unsigned integers. */
#if defined(MPICH_NUMVERSION) && MPICH_NUMVERSION >= 40000000 && MPICH_NUMVERSION < 40003000
#include <stdint.h>

#define CMPI_CHOOSE(type, right) \
  for (int i = 0; i < *count; i++) { \
    type left = ((type *)values)[i], *result = (type *)results + i; \
    if (right) *result = left; \
  }

static inline void CMPI_min_unsigned(void *values, void *results, int *count, MPI_Datatype *type) {
  if (*type == MPI_UINT8_T) {
    CMPI_CHOOSE(uint8_t, left < *result)
  } else if (*type == MPI_UINT16_T) {
    CMPI_CHOOSE(uint16_t, left < *result)
  } else if (*type == MPI_UINT32_T) {
    CMPI_CHOOSE(uint32_t, left < *result)
  } else {
    CMPI_CHOOSE(uint64_t, left < *result)
  }
}
static inline void CMPI_max_unsigned(void *values, void *results, int *count, MPI_Datatype *type) {
  if (*type == MPI_UINT8_T) {
    CMPI_CHOOSE(uint8_t, left > *result)
  } else if (*type == MPI_UINT16_T) {
    CMPI_CHOOSE(uint16_t, left > *result)
  } else if (*type == MPI_UINT32_T) {
    CMPI_CHOOSE(uint32_t, left > *result)
  } else {
    CMPI_CHOOSE(uint64_t, left > *result)
  }
}
#undef CMPI_CHOOSE

/* The operation `*op`, which is created when it is first needed and never freed. If that fails it stays
 * MPI_OP_NULL, for which the reduction returns an error. */
static inline CMPI_Op CMPI_own(MPI_Op *op, MPI_User_function *function) {
  if (*op == MPI_OP_NULL) MPI_Op_create(function, 1, op);
  return (CMPI_Op){*op};
}
static inline int CMPI_is_unsigned(CMPI_Datatype datatype) {
  return datatype.handle == MPI_UINT8_T || datatype.handle == MPI_UINT16_T ||
         datatype.handle == MPI_UINT32_T || datatype.handle == MPI_UINT64_T;
}
static inline CMPI_Op CMPI_min(CMPI_Datatype datatype) {
  static MPI_Op own = MPI_OP_NULL;
  return CMPI_is_unsigned(datatype) ? CMPI_own(&own, CMPI_min_unsigned) : (CMPI_Op){MPI_MIN};
}
static inline CMPI_Op CMPI_max(CMPI_Datatype datatype) {
  static MPI_Op own = MPI_OP_NULL;
  return CMPI_is_unsigned(datatype) ? CMPI_own(&own, CMPI_max_unsigned) : (CMPI_Op){MPI_MAX};
}
#else
static inline CMPI_Op CMPI_min(CMPI_Datatype datatype) { return (CMPI_Op){MPI_MIN}; }
static inline CMPI_Op CMPI_max(CMPI_Datatype datatype) { return (CMPI_Op){MPI_MAX}; }
#endif

/* MPI_IN_PLACE and MPI_STATUS_IGNORE are integers cast to pointers. */
static inline void *CMPI_in_place(void) { return MPI_IN_PLACE; }
static inline MPI_Status *CMPI_status_ignore(void) { return MPI_STATUS_IGNORE; }

/* Only C allows an array of these structs to be passed as an array of their handles. */
_Static_assert(sizeof(CMPI_Request) == sizeof(MPI_Request), "the struct holds only the handle");
static inline int CMPI_start_all(int count, CMPI_Request *requests) {
  return MPI_Startall(count, &requests->handle);
}

/* Handles are compared in C because their Swift type depends on the implementation. */
static inline int CMPI_comm_is_world(CMPI_Comm communicator) {
  return communicator.handle == MPI_COMM_WORLD;
}
static inline int CMPI_request_is_null(CMPI_Request request) {
  return request.handle == MPI_REQUEST_NULL;
}
static inline int CMPI_datatype_is_char(CMPI_Datatype datatype) {
  return datatype.handle == MPI_CHAR;
}
static inline int CMPI_datatype_is_double(CMPI_Datatype datatype) {
  return datatype.handle == MPI_DOUBLE;
}
static inline int CMPI_T_enum_is_null(CMPI_T_enum enumeration) {
  return enumeration.handle == MPI_T_ENUM_NULL;
}

/* MPI_ERRORS_RETURN is a cast macro, which is only needed for these two calls.
 *
 * The headers of the standard ABI do not agree on it: what is MPI_ERRORS_RETURN with MPICH 5.0.2 is
 * MPI_ERRORS_ABORT with Intel MPI 2021.19. So the library is asked for the handler that files have by
 * default, which is the same (MPI 5.0, 14.7). An error handler of one's own is no way out: with MPICH 5.0.2,
 * a call whose own handler returns, returns MPI_SUCCESS. */
static inline int CMPI_errors_return(MPI_Errhandler *handler) {
#ifdef CMPI_IS_ABI
  return MPI_File_get_errhandler(MPI_FILE_NULL, handler);
#else
  *handler = MPI_ERRORS_RETURN;
  return MPI_SUCCESS;
#endif
}
static inline int CMPI_comm_return_errors(CMPI_Comm communicator) {
  MPI_Errhandler handler;
  int code = CMPI_errors_return(&handler);
  return code == MPI_SUCCESS ? MPI_Comm_set_errhandler(communicator.handle, handler) : code;
}
static inline int CMPI_win_return_errors(CMPI_Win window) {
  MPI_Errhandler handler;
  int code = CMPI_errors_return(&handler);
  return code == MPI_SUCCESS ? MPI_Win_set_errhandler(window.handle, handler) : code;
}

/* After the last MPI_T_finalize, MPICH 4.0.2 no longer finds its control variables by name, also if
 * MPI_T_init_thread is called again. So with MPICH the tool interface is never finalized. */
static inline int CMPI_T_finalize(void) {
#ifdef MPICH_NUMVERSION
  return MPI_SUCCESS;
#else
  return MPI_T_finalize();
#endif
}

#endif
