#include "scenarios/invariants/x1_secrets.hpp"

#include "lib/base/encoding.hpp"

namespace bestgres::scenarios {

void X1Secrets::learn(const kube::Object& secret) {
    for (const auto& [key, value] : object_at(secret.json(), {"data"}).items()) {
        const auto decoded =
            value.is_string() ? decode_base64(value.get<std::string>()) : Error{"no text"};
        if (decoded.ok() && decoded->size() >= shortest) {
            const std::string name = "Secret " + std::string(secret.name()) + " " + key;
            canaries_.emplace(*decoded, name);
            canaries_.emplace(value.get<std::string>(), name + " in base64");
        }
    }
}

void X1Secrets::scan(const std::string& text_seen, const std::string& where,
                     Findings& findings) const {
    for (const auto& [canary, name] : canaries_) {
        if (text_seen.size() >= canary.size() && text_seen.find(canary) != std::string::npos) {
            findings.add(text, where + " holds the value of " + name, {name});
        }
    }
}

void X1Secrets::scan(const Json& value, const std::string& where, Findings& findings) const {
    if (value.is_string()) {
        scan(value.get_ref<const std::string&>(), where, findings);
    } else if (value.is_structured()) {
        for (const Json& part : value) {
            scan(part, where, findings);
        }
    }
}

void X1Secrets::on(const Occurrence& occurrence, const Truth&, Findings& findings) {
    if (const auto* changed = std::get_if<ObjectChanged>(&occurrence)) {
        const kube::Object& after = changed->after;
        if (after.kind() == kube::kinds::secret.name) {
            learn(after);
        } else if (by_operator(changed->actor) || changed->actor.sort == ActorSort::patroni) {
            scan(after.json(), std::string(after.kind()) + " " + std::string(after.name()),
                 findings);
        }
    } else if (const auto* line = std::get_if<LineLogged>(&occurrence)) {
        scan(line->text, "A log line of " + line->process, findings);
    } else if (const auto* step = std::get_if<StepBegun>(&occurrence)) {
        scan(step->effect, "The effect of a step", findings);
        scan(step->because, "The reason of a step", findings);
    } else if (const auto* asked = std::get_if<PatroniAsked>(&occurrence)) {
        scan(asked->call.body, "A request to Patroni of " + asked->call.pod, findings);
    } else if (const auto* sent = std::get_if<SqlSent>(&occurrence)) {
        for (const postgres::Statement& statement : sent->call.statements) {
            scan(statement.text, "Statement " + statement.id, findings);
        }
    }
}

void X1Secrets::hash_into(Hasher& hasher) const {
    for (const auto& [canary, name] : canaries_) {
        hasher.add(canary);
        hasher.add(name);
    }
}

}  // namespace bestgres::scenarios
