#include "fakekube/rest/protobuf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "fakekube/rest/protobuf_types.hpp"
#include "lib/base/encoding.hpp"
#include "lib/base/time.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::string_view magic("k8s\0", 4);
constexpr int deepest = 32;  // messages within messages; pods need eight

// One field as it stands on the wire: a number or bytes.
struct Piece {
    std::uint32_t field = 0;
    std::uint64_t number = 0;
    std::string_view bytes = {};
    bool is_bytes = false;
};

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    bool at_end() const { return text_.empty(); }

    std::optional<Piece> next() {
        const std::optional<std::uint64_t> key = varint();
        if (!key) {
            return std::nullopt;
        }
        Piece piece{.field = static_cast<std::uint32_t>(*key >> 3U)};
        const std::uint64_t wire = *key & 7U;
        const std::optional<std::uint64_t> value = varint();
        if (!value || (wire != 0 && wire != 2)) {
            return std::nullopt;
        }
        piece.number = *value;
        piece.is_bytes = wire == 2;
        if (piece.is_bytes) {
            if (*value > text_.size()) {
                return std::nullopt;
            }
            piece.bytes = text_.substr(0, *value);
            text_.remove_prefix(*value);
        }
        return piece;
    }

private:
    std::optional<std::uint64_t> varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64 && !text_.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(text_.front());
            text_.remove_prefix(1);
            value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
            if (byte < 0x80) {
                return value;
            }
        }
        return std::nullopt;
    }

    std::string_view text_;
};

Error cut_short(std::string_view message) {
    return Error{fmt::format("proto: {}: malformed message", message)};
}

// The first number or bytes of a field of a small message.
Piece piece_of(std::string_view text, std::uint32_t field) {
    Reader reader(text);
    while (!reader.at_end()) {
        const std::optional<Piece> piece = reader.next();
        if (!piece) {
            break;
        }
        if (piece->field == field) {
            return *piece;
        }
    }
    return {};
}

bool is_zero(const Json& value) {
    return value.is_null() || value == "" || value == 0 || value == false ||
           (value.is_object() && value.empty());
}

// What the types that are no plain messages in JSON look like there.
std::optional<Json> special_value(std::string_view type, const Piece& piece) {
    if (type == "string") {
        return Json(std::string(piece.bytes));
    }
    if (type == "bytes") {
        return Json(encode_base64(piece.bytes));
    }
    if (type == "bool") {
        return Json(piece.number != 0);
    }
    if (type == "int") {
        return Json(static_cast<std::int64_t>(piece.number));
    }
    if (type == "none") {
        return Json();
    }
    if (type == "Quantity") {
        return Json(std::string(piece_of(piece.bytes, 1).bytes));
    }
    if (type == "IntOrString") {
        return piece_of(piece.bytes, 1).number == 0
                   ? Json(static_cast<std::int64_t>(piece_of(piece.bytes, 2).number))
                   : Json(std::string(piece_of(piece.bytes, 3).bytes));
    }
    if (type == "Time") {
        const auto seconds = static_cast<std::int64_t>(piece_of(piece.bytes, 1).number);
        return seconds <= 0 ? Json() : Json(format_seconds(Instant{seconds * 1'000'000'000}));
    }
    return std::nullopt;
}

Result<Json> read_message(std::string_view name, std::string_view text, int depth);

Result<Json> read_value(std::string_view type, const Piece& piece, int depth) {
    const bool wants_number = type == "bool" || type == "int";
    if (piece.is_bytes == wants_number) {
        return cut_short(type);
    }
    if (std::optional<Json> special = special_value(type, piece)) {
        return *std::move(special);
    }
    return read_message(type, piece.bytes, depth + 1);
}

Result<Done> read_entry(Json& map, std::string_view type, const Piece& piece, int depth) {
    Piece value = piece_of(piece.bytes, 2);
    value.is_bytes = true;
    Result<Json> read = read_value(type, value, depth);
    BG_TRY(read);
    map[std::string(piece_of(piece.bytes, 1).bytes)] = *std::move(read);
    return Done{};
}

// Puts one field where it belongs.
Result<Done> read_field(Json& object, const ProtobufField& field, const Piece& piece, int depth) {
    std::string_view type = field.type;
    const std::string name(field.name);
    if (type.starts_with("map[")) {
        type.remove_prefix(4);
        type.remove_suffix(1);
        return read_entry(object[name], type, piece, depth);
    }
    const bool is_list = type.starts_with("[]");
    const bool has_presence = type.starts_with("*");
    type.remove_prefix(is_list ? 2 : has_presence ? 1 : 0);
    Result<Json> value = read_value(type, piece, depth);
    BG_TRY(value);
    if (is_list) {
        object[name].push_back(*std::move(value));
    } else if (has_presence || !is_zero(*value)) {
        object[name] = *std::move(value);
    }
    return Done{};
}

// Empty structures (a status, resources) are written by whoever does not leave them out.
bool says_nothing(const Piece& piece) {
    return piece.is_bytes ? piece.bytes.empty() : piece.number == 0;
}

Result<Json> read_message(std::string_view name, std::string_view text, int depth) {
    const ProtobufMessage* message = find_protobuf_message(name);
    if (message == nullptr || depth > deepest) {
        return Error{fmt::format("proto: {} is not read in protobuf here", name)};
    }
    Json object = Json::object();
    Reader reader(text);
    while (!reader.at_end()) {
        const std::optional<Piece> piece = reader.next();
        if (!piece) {
            return cut_short(name);
        }
        const auto field = std::find_if(
            message->begin(), message->end(),
            [&piece](const ProtobufField& known) { return known.number == piece->field; });
        if (field != message->end()) {
            BG_TRY(read_field(object, *field, *piece, depth));
        } else if (!says_nothing(*piece) && !(depth == 0 && piece->field == 3)) {
            return Error{fmt::format("proto: field {} of {} is not read here", piece->field, name)};
        }
    }
    return object;
}

}  // namespace

Result<Json> parse_protobuf(std::string_view body) {
    if (!body.starts_with(magic)) {
        return Error{
            "provided data does not appear to be a protobuf message, expected prefix "
            "[107 56 115 0]"};
    }
    const std::string_view envelope = body.substr(magic.size());
    const std::string_view type = piece_of(envelope, 1).bytes;
    const std::string_view kind = piece_of(type, 2).bytes;
    Result<Json> object = read_message(kind, piece_of(envelope, 2).bytes, 0);
    BG_TRY(object);
    (*object)["apiVersion"] = std::string(piece_of(type, 1).bytes);
    (*object)["kind"] = std::string(kind);
    return object;
}

}  // namespace bestgres::fakekube
