// What the node knows of the API server: selections that are listed once and then watched, for as
// long as somebody wants them. After a broken watch it continues from the last version seen.
#pragma once

#include <compare>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakekube/node/api_port.hpp"
#include "fakekube/node/reactor.hpp"

namespace bestgres::fakekube::node {

struct Selection {
    kube::Kind kind;
    std::string ns;              // empty: all
    std::string field_selector;  // "metadata.name=db"
    auto operator<=>(const Selection&) const = default;
};
Selection selection_of(const kube::Ref& ref);

class ObjectCache {
public:
    // `object` is empty where it was deleted. Called after the cache has changed.
    using OnChange = std::function<void(const kube::Ref&, const std::optional<kube::Object>&)>;

    ObjectCache(Reactor& reactor, ApiPort& api, OnChange on_change);
    ~ObjectCache();
    ObjectCache(const ObjectCache&) = delete;
    ObjectCache& operator=(const ObjectCache&) = delete;

    // Counted: as many drops end it.
    void want(const Selection& selection);
    void drop(const Selection& selection);

    // The first list has arrived.
    bool is_known(const Selection& selection) const;
    std::optional<kube::Object> find(const kube::Ref& ref) const;
    std::vector<kube::Object> all(const Selection& selection) const;
    // Why the selection is not up to date, if listing or watching it failed.
    std::string trouble(const Selection& selection) const;

private:
    struct Stream;

    void list(const std::shared_ptr<Stream>& stream);
    void on_listed(const std::shared_ptr<Stream>& stream,
                   const Result<kube::Outcome, kube::Error>& outcome);
    void watch(const std::shared_ptr<Stream>& stream);
    void on_event(const std::shared_ptr<Stream>& stream, const kube::WatchEvent& event);
    void put(Stream& stream, const kube::Object& object);
    void remove(Stream& stream, const kube::Ref& ref);
    void later(const std::shared_ptr<Stream>& stream, bool list_again);

    Reactor& reactor_;
    ApiPort& api_;
    OnChange on_change_;
    std::map<Selection, std::shared_ptr<Stream>> streams_;
};

}  // namespace bestgres::fakekube::node
