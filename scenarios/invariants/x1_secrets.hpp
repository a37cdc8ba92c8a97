#pragma once

#include <map>
#include <string>

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct X1Secrets {
    static constexpr LawText text{
        "X1",
        "The value of a Secret appears in Secrets and in the authentication of a call, and "
        "nowhere else: no object, log line, reason, request to Patroni or SQL text holds it."};

    // What is shorter could stand anywhere by chance.
    static constexpr std::size_t shortest = 12;

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void learn(const kube::Object& secret);
    void scan(const std::string& text_seen, const std::string& where, Findings& findings) const;
    void scan(const Json& value, const std::string& where, Findings& findings) const;

    std::map<std::string, std::string> canaries_;  // value -> "Secret db superuser-password"
};

}  // namespace bestgres::scenarios
