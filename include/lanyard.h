/* lanyard.h - JSON Web Tokens and JOSE over libcrypto: the whole public API.
 *
 * Read the headers in the order below; each says what it is, who owns what,
 * and how it behaves under threads in one of three words:
 *   IMMUTABLE  share it freely once it is made
 *   CONFINED   one thread at a time
 *   ATOMIC     its reference count; the object itself is immutable
 * The library has no globals, no locks, no init function, reads no clock and
 * no environment, and never logs, prints or aborts.
 */
#ifndef LANYARD_H
#define LANYARD_H

#include <lanyard/version.h>
#include <lanyard/bytes.h>
#include <lanyard/status.h>
#include <lanyard/error.h>
#include <lanyard/mem.h>
#include <lanyard/buf.h>
#include <lanyard/worker.h>
#include <lanyard/limits.h>
#include <lanyard/json.h>
#include <lanyard/alg.h>
#include <lanyard/key.h>
#include <lanyard/keyset.h>
#include <lanyard/policy.h>
#include <lanyard/jws.h>
#include <lanyard/jwt.h>
#include <lanyard/issuer.h>
#include <lanyard/explain.h>

#endif
