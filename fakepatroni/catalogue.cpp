#include "fakepatroni/catalogue.hpp"

#include <charconv>

namespace bestgres::fakepatroni {

void Catalogue::apply(const Changes& changes) {
    for (const Change& change : changes) {
        switch (change.kind) {
            case Change::Kind::make_object:
                objects.insert(change.key);
                break;
            case Change::Kind::drop_object:
                objects.erase(change.key);
                break;
            case Change::Kind::ledger_row: {
                std::int64_t position = 0;
                std::from_chars(change.key.data(), change.key.data() + change.key.size(), position);
                ledger[position] = change.value == "finished";
                break;
            }
            case Change::Kind::ran:
                ++times_run[change.key];
                break;
            case Change::Kind::set_password:
                passwords[change.key] = change.value;
                break;
            case Change::Kind::set_parameter:
                parameters[change.key] = change.value;
                break;
            case Change::Kind::citus:
            case Change::Kind::citus_prepare:
            case Change::Kind::citus_end_prepared:
                citus.apply(change);
                break;
        }
    }
}

}  // namespace bestgres::fakepatroni
