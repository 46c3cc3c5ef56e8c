#ifndef LOCKSTEP_CMPI_SHIM_H
#define LOCKSTEP_CMPI_SHIM_H
#include <mpi.h>
#include <stddef.h> /* NULL, which MPICH's null handles use and its header does not define. */

/* What Swift cannot import from <mpi.h>.
 *
 * Swift imports MPI's functions and integer macros. It does not import two things:
 *
 * 1. Macros with casts in them, which is what predefined handles and special addresses are. For each of
 *    them there is an inline function here.
 *
 * 2. Handles in such a way that the same Swift code compiles with every implementation, as the standard
 *    does not define their types. In Open MPI they are pointers, which Swift imports as optionals; in MPICH
 *    they are ints. Here each handle is in a struct, which looks the same to Swift either way:
 *    `CMPI_Comm()` makes an empty one, `.handle` is passed to MPI's functions, and `&….handle` is filled by
 *    them.
 *
 * The differences between implementations are dealt with in this header, except for those at the end of a
 * job: see Lifecycle.swift and the target CMPICHLauncher.
 */

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

/* MPI_ERRORS_RETURN is a cast macro, which is only needed for these two calls. */
static inline int CMPI_comm_return_errors(CMPI_Comm communicator) {
  return MPI_Comm_set_errhandler(communicator.handle, MPI_ERRORS_RETURN);
}
static inline int CMPI_win_return_errors(CMPI_Win window) {
  return MPI_Win_set_errhandler(window.handle, MPI_ERRORS_RETURN);
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

/* Enumerators in some implementations and macros in others, which Swift imports with different types. */
static inline int CMPI_comm_type_shared(void) { return MPI_COMM_TYPE_SHARED; }
static inline int CMPI_t_err_invalid_name(void) { return MPI_T_ERR_INVALID_NAME; }
static inline int CMPI_thread_single(void) { return MPI_THREAD_SINGLE; }
static inline int CMPI_thread_funneled(void) { return MPI_THREAD_FUNNELED; }
static inline int CMPI_thread_serialized(void) { return MPI_THREAD_SERIALIZED; }
static inline int CMPI_thread_multiple(void) { return MPI_THREAD_MULTIPLE; }

#endif
