// The field numbers of the messages that kubectl writes in protobuf, as data. What is no part of it
// is refused, never dropped.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace bestgres::fakekube {

// A field's type: string, bytes, bool, int, none (the server's own), or a message by its name;
// "[]T" is a list, "map[T]" a map from strings. "*T" may be told apart from its zero value; of
// others the zero value is what was left out.
struct ProtobufField {
    std::uint32_t number;
    std::string_view name;
    std::string_view type;
};

using ProtobufMessage = std::vector<ProtobufField>;

// Null for a message that is not known.
const ProtobufMessage* find_protobuf_message(std::string_view name);

}  // namespace bestgres::fakekube
