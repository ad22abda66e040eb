/* lanyard/version.h - which release this is, and how its functions are marked. */
#ifndef LANYARD_VERSION_H
#define LANYARD_VERSION_H

#define LANYARD_VERSION        "0.1.0"
#define LANYARD_VERSION_NUMBER 100 /* major * 10000 + minor * 100 + patch */

#ifdef __cplusplus
#define LANYARD_BEGIN extern "C" {
#define LANYARD_END   }
#else
#define LANYARD_BEGIN
#define LANYARD_END
#endif

#if defined(__GNUC__)
#define LANYARD_API   __attribute__((visibility("default")))
#define LANYARD_CHECK __attribute__((warn_unused_result))
#else
#define LANYARD_API
#define LANYARD_CHECK
#endif

LANYARD_BEGIN

/* The version of the library that runs, which may be newer than this header. Static text. */
LANYARD_API const char *lanyard_version(void);

LANYARD_END
#endif
