#include "lib/patroni/patroni.hpp"

namespace bestgres::patroni {

std::string_view method(Verb verb) {
    switch (verb) {
        case Verb::status:
            return "GET";
        case Verb::patch_config:
            return "PATCH";
        case Verb::restart:
        case Verb::switchover:
        case Verb::failover:
        case Verb::reinitialize:
        case Verb::reload:
            return "POST";
    }
    return "GET";
}

std::string_view path(Verb verb) {
    switch (verb) {
        case Verb::status:
            return "/patroni";
        case Verb::patch_config:
            return "/config";
        case Verb::restart:
            return "/restart";
        case Verb::switchover:
            return "/switchover";
        case Verb::failover:
            return "/failover";
        case Verb::reinitialize:
            return "/reinitialize";
        case Verb::reload:
            return "/reload";
    }
    return "/patroni";
}

bool is_write(Verb verb) {
    return verb != Verb::status;
}

}  // namespace bestgres::patroni
