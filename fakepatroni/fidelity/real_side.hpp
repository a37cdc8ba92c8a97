// The commands of side.hpp carried out by PostgreSQL's own programs, each member on a loopback
// address of its own.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "fakepatroni/fidelity/side.hpp"

namespace bestgres::fakepatroni::fidelity {

class RealSide : public Side {
public:
    RealSide();
    ~RealSide() override;
    RealSide(const RealSide&) = delete;
    RealSide& operator=(const RealSide&) = delete;

    static bool is_installed();

    std::string perform(const Words& words) override;

private:
    struct Ran {
        int status = 0;
        std::string output;
    };

    Ran run(const std::string& command) const;
    Ran server_program(const std::string& name, const std::string& arguments) const;
    std::string query(const std::string& member, const std::string& sql) const;
    void begin_client(const std::string& member, const std::string& sql, const std::string& name);
    std::string client_outcome(const std::string& name) const;
    void write_settings(const std::string& member, const Words& words) const;
    std::string start(const Words& words);
    std::string commit(const Words& words);
    std::string command(const Words& words);
    std::string ask(const Words& words);
    std::string address(const std::string& member) const;
    std::filesystem::path data(const std::string& member) const { return folder_ / member; }

    std::filesystem::path folder_;
    std::map<std::string, std::string> upstreams_;
};

}  // namespace bestgres::fakepatroni::fidelity
