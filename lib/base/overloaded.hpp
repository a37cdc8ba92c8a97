// std::visit with one lambda per alternative and no default.
#pragma once

namespace bestgres {

template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;  // clang 14 needs the guide

}  // namespace bestgres
