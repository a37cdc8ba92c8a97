// For tests: as much of an API server as one node needs, in memory, answering through a reactor.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "fakekube/node/api_port.hpp"
#include "fakekube/node/reactor.hpp"
#include "lib/base/overloaded.hpp"

namespace bestgres::fakekube::node {

class MemoryCluster : public kube::Cluster {
public:
    // The node that asks from now on; watches of the one before end.
    void attach(Reactor& reactor, ApiPort& port) {
        reactor_ = &reactor;
        port_ = &port;
        watches_.clear();
    }

    void submit(kube::CallId id, kube::Call call) override {
        kube::Answer answer{id, perform(call)};
        reactor_->post([this, answer] { port_->deliver(answer); });
    }
    void watch(kube::WatchId id, kube::WatchSpec spec) override {
        watches_[id] = spec;
        for (const auto& [ref, object] : objects_) {
            const auto version = std::stoull(std::string(object.resource_version()));
            if (version > std::stoull(spec.from_version)) {
                tell(kube::WatchEventType::modified, ref.kind, object);
            }
        }
    }
    void unwatch(kube::WatchId id) override { watches_.erase(id); }

    // For the test itself.
    void put(const kube::Kind& kind, Json json) {
        const kube::Ref ref = ref_of(kind, json);
        json["metadata"]["resourceVersion"] = std::to_string(++version_);
        if (json["metadata"].count("uid") == 0) {
            json["metadata"]["uid"] = "uid-" + std::to_string(version_);
        }
        const bool known = objects_.count(ref) != 0;
        objects_[ref] = kube::Object(json);
        tell(known ? kube::WatchEventType::modified : kube::WatchEventType::added, kind,
             objects_[ref]);
    }
    void remove(const kube::Ref& ref) {
        const auto found = objects_.find(ref);
        if (found != objects_.end()) {
            const kube::Object last = found->second;
            objects_.erase(found);
            tell(kube::WatchEventType::deleted, ref.kind, last);
        }
    }
    // Patches of this kind are forbidden from now on, or none.
    void refuse_patches(std::optional<kube::Kind> kind) { refused_ = std::move(kind); }
    std::size_t refused_patches() const { return refused_patches_; }
    Json get(const kube::Ref& ref) const {
        const auto found = objects_.find(ref);
        return found == objects_.end() ? Json() : found->second.json();
    }
    std::vector<Json> all(const kube::Kind& kind) const {
        std::vector<Json> result;
        for (const auto& entry : objects_) {
            if (entry.first.kind == kind) {
                result.push_back(entry.second.json());
            }
        }
        return result;
    }

private:
    using Outcome = Result<kube::Outcome, kube::Error>;

    static kube::Ref ref_of(const kube::Kind& kind, const Json& json) {
        return {kind, string_at(json, {"metadata", "namespace"}),
                string_at(json, {"metadata", "name"})};
    }
    static Outcome failed(kube::ErrorCode code) {
        return kube::Error{code, kube::Applied::no, std::string(to_string(code)), {}, {}};
    }
    static bool matches(const std::string& selector, const kube::Object& object) {
        const std::size_t equals = selector.find('=');
        const std::string value = equals == selector.npos ? "" : selector.substr(equals + 1);
        return selector.empty() ||
               (selector.rfind("metadata.name", 0) == 0 && object.name() == value) ||
               (selector.rfind("spec.nodeName", 0) == 0 &&
                object.text_at({"spec", "nodeName"}) == value);
    }

    Outcome perform(const kube::Call& call) {
        return std::visit(
            Overloaded{[&](const kube::List& list) { return perform_list(list); },
                       [&](const kube::Create& create) { return perform_create(create); },
                       [&](const kube::Patch& patch) { return perform_patch(patch); },
                       [&](const kube::Delete& del) {
                           remove(del.ref);
                           return Outcome(kube::Outcome(Done{}));
                       },
                       [&](const auto&) { return failed(kube::ErrorCode::invalid); }},
            call);
    }
    Outcome perform_list(const kube::List& list) {
        kube::Listing listing;
        listing.resource_version = std::to_string(version_);
        for (const auto& entry : objects_) {
            if (entry.first.kind == list.kind && (list.ns.empty() || entry.first.ns == list.ns) &&
                matches(list.field_selector, entry.second)) {
                listing.items.push_back(entry.second);
            }
        }
        return kube::Outcome(listing);
    }
    Outcome perform_create(const kube::Create& create) {
        if (objects_.count(ref_of(create.kind, create.object.json())) != 0) {
            return failed(kube::ErrorCode::already_exists);
        }
        put(create.kind, create.object.json());
        return kube::Outcome(create.object);
    }
    // Conditions are replaced as a whole: nobody else writes any here.
    Outcome perform_patch(const kube::Patch& patch) {
        if (refused_ == patch.ref.kind) {
            ++refused_patches_;
            return failed(kube::ErrorCode::forbidden);
        }
        const auto found = objects_.find(patch.ref);
        if (found == objects_.end()) {
            return failed(kube::ErrorCode::not_found);
        }
        Json json = found->second.json();
        merge_patch(json, patch.body);
        put(patch.ref.kind, json);
        return kube::Outcome(objects_[patch.ref]);
    }

    void tell(kube::WatchEventType type, const kube::Kind& kind, const kube::Object& object) {
        for (const auto& [id, spec] : watches_) {
            if (spec.kind == kind && (spec.ns.empty() || spec.ns == object.ns()) &&
                matches(spec.field_selector, object)) {
                const kube::WatchEvent event{id, type, object, ""};
                reactor_->post([this, event] { port_->deliver(event); });
            }
        }
    }

    Reactor* reactor_ = nullptr;
    ApiPort* port_ = nullptr;
    std::uint64_t version_ = 0;
    std::optional<kube::Kind> refused_;
    std::size_t refused_patches_ = 0;
    std::map<kube::Ref, kube::Object> objects_;
    std::map<kube::WatchId, kube::WatchSpec> watches_;
};

}  // namespace bestgres::fakekube::node
