// A small text notation for the types of Kubernetes, so that a kind's shape reads like its
// definition. Parsed once into shared TypeSchemas.
//
//   type ContainerPort
//     containerPort   int32 !
//     protocol        string = "TCP"
//   type Container
//     name            string !
//     ports           []ContainerPort merge(containerPort,protocol)
//     securityContext *SecurityContext
//   kind Pod                            adds apiVersion, kind and metadata
//
// A type is one of bool int32 int64 number string quantity time microtime bytes intorstring any, a
// type defined above, []T, map[T]; a star before it: a pointer, kept even when empty. Behind it:
//   !            written even when empty (Go: no omitempty)
//   set, map(k)  list type for server-side apply          atomic   a map or object owned as a whole
//   merge(k,l)   map(k,l), and strategic merge by k; merge: set, and merged as one
//   granular     no longer atomic                         replace  a patch replaces it as a whole
//   retain       patches carry $retainKeys                = JSON   default, up to the end of line
// `inline T` takes over the fields of T. Lines that begin with # are comments.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "fakekube/type_schema.hpp"

namespace bestgres::fakekube {

using Types = std::map<std::string, SchemaPtr, std::less<>>;

// Adds the types of `text` to `types`. The texts are part of the program: a mistake in one is a
// broken invariant and aborts with the line.
void add_types(Types& types, std::string_view text);

}  // namespace bestgres::fakekube
