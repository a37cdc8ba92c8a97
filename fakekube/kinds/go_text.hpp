// How Go prints values into error texts, for the few places where the API server lets such a text
// reach its clients.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/json.hpp"

namespace bestgres::fakekube {

// %v of a decoded JSON value: map[image:no-name], [a b], <nil>.
std::string go_text(const Json& value);

// %#v of a map[string]string; `map[string]string(nil)` for anything but a filled object.
std::string go_string_map(const Json& value);

// %#v of an intstr.IntOrString.
std::string go_int_or_string(const Json& value);

// %#v of a metav1.LabelSelector.
std::string go_label_selector(const Json& selector);

// A bad value of a FieldError that is shown as it is, without quotes.
Json verbatim(std::string_view text);

}  // namespace bestgres::fakekube
