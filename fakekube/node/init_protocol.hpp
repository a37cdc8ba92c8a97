// How the node and a container's pid 1 talk: single packets over an inherited SOCK_SEQPACKET
// socket. Header only and free of libraries, because the static init includes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace bestgres::fakekube::node {

// One packet never exceeds this; longer commands are refused by the node before they are sent.
inline constexpr std::size_t max_init_packet = 64 * 1024;

enum class InitVerb : std::int32_t {
    // node -> init
    signal_main,   // value = signal
    run_command,   // id, text = NUL-terminated arguments; one descriptor is attached for its output
    kill_command,  // id
    // init -> node
    main_started,     // value = errno of exec, 0 when it runs
    main_exited,      // value = wait status; the init exits right after
    command_exited,   // id, value = wait status
    command_refused,  // id, value = errno of fork
};

struct InitPacket {
    InitVerb verb = InitVerb::signal_main;
    std::int32_t id = 0;
    std::int32_t value = 0;
    std::string text;
};

inline std::string encode_packet(const InitPacket& packet) {
    std::int32_t head[3] = {static_cast<std::int32_t>(packet.verb), packet.id, packet.value};
    std::string bytes(reinterpret_cast<const char*>(head), sizeof head);
    return bytes + packet.text;
}

// False for a packet that is too short to be one.
inline bool decode_packet(std::string_view bytes, InitPacket& packet) {
    std::int32_t head[3];
    if (bytes.size() < sizeof head) {
        return false;
    }
    std::memcpy(head, bytes.data(), sizeof head);
    packet.verb = static_cast<InitVerb>(head[0]);
    packet.id = head[1];
    packet.value = head[2];
    packet.text = std::string(bytes.substr(sizeof head));
    return true;
}

// Texts one after the other, each ended by a NUL: arguments, environments, bwrap's --args.
inline std::string join_nul(const std::vector<std::string>& texts) {
    std::string bytes;
    for (const std::string& text : texts) {
        bytes += text;
        bytes += '\0';
    }
    return bytes;
}

inline std::vector<std::string> split_nul(std::string_view bytes) {
    std::vector<std::string> texts;
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\0');
        texts.emplace_back(bytes.substr(0, end));
        bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    }
    return texts;
}

}  // namespace bestgres::fakekube::node
