// emit_crds ROOT: writes crds/*.yaml and docs/reference.md under ROOT from operator/api.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "operator/api/crd.hpp"

namespace {

bool write(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file) {
        std::fprintf(stderr, "emit_crds: cannot write %s\n", path.c_str());
    }
    return static_cast<bool>(file);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: emit_crds ROOT\n");
        return 2;
    }
    const std::filesystem::path root = argv[1];
    bool written = write(root / "docs/reference.md", bestgres::api::reference_page());
    for (const bestgres::api::CrdFile& file : bestgres::api::crd_files()) {
        written = write(root / file.path, bestgres::api::crd_file(file.crd)) && written;
    }
    return written ? 0 : 1;
}
