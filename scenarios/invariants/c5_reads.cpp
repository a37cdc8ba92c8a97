#include "scenarios/invariants/c5_reads.hpp"

#include <fmt/format.h>

namespace bestgres::scenarios {

void C5Reads::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    lost_.on(occurrence, truth);
    const auto* read = std::get_if<RowsRead>(&occurrence);
    if (read == nullptr) {
        return;
    }
    const bool too_few = read->found.count < read->acknowledged.count && !lost_.in(read->scope);
    if (too_few || read->found.count > read->begun.count) {
        findings.add(text, fmt::format("{} finds {} rows in table {} of {}, where {} had been "
                                       "acknowledged and {} begun",
                                       read->client, read->found.count, read->table, read->scope,
                                       read->acknowledged.count, read->begun.count));
    }
}

}  // namespace bestgres::scenarios
