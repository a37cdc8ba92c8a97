// From an effect to the call that carries it out. Pure: secrets come from the view's Secret, the
// preconditions from the effect.
#pragma once

#include <variant>

#include "lib/kube/cluster.hpp"
#include "lib/patroni/patroni.hpp"
#include "lib/postgres/sql.hpp"
#include "operator/plan/effect.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::core {

using Request = std::variant<kube::Call, patroni::Call, postgres::Call>;

// `Announce` is no call of its own here; see event_for.
Request request_for(const plan::Effect& effect, const plan::ClusterView& view);

kube::Patch patch_of(const plan::PatchObject& patch);
kube::Delete deletion_of(const plan::DeleteObject& remove);

// GET /patroni of a member, for the fresh look.
patroni::Call status_call(const plan::ClusterView& view, const plan::Member& member);

// A quorum read of one object that needs the verb `list` alone, which the caches need anyway.
kube::Call look_up(const kube::Ref& ref);

// A Kubernetes Event about the resource. `number` makes the name unique.
struct Notice {
    bool warning = false;
    std::string reason;
    std::string message;
};
kube::Call event_for(const kube::Object& resource, const Notice& notice, Instant now);

// The object that an effect writes, where it writes one that may not exist yet.
const kube::Object* written_object(const plan::Effect& effect);
kube::Ref written_ref(const plan::Effect& effect);

// 160 bytes of `entropy` become five passwords of letters and digits.
inline constexpr std::size_t password_entropy = 160;
manifests::Passwords make_passwords(std::string_view entropy);

}  // namespace bestgres::core
