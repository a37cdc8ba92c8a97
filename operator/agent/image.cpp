#include "operator/agent/image.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "lib/base/yaml.hpp"
#include "operator/agent/render.hpp"

namespace bestgres::agent {
namespace {

namespace fs = std::filesystem;

// All that Patroni calls: a directory with links to some of them, as on machines that keep several
// versions, will not do.
bool holds_postgres(const fs::path& directory) {
    for (const char* program :
         {"initdb", "postgres", "pg_ctl", "pg_controldata", "pg_basebackup", "pg_rewind"}) {
        if (access((directory / program).c_str(), X_OK) != 0) {
            return false;
        }
    }
    return true;
}

struct VersionedDirectory {
    int version = 0;
    fs::path path;
};

// /usr/lib/postgresql/15/bin and the like, the highest version first.
std::vector<VersionedDirectory> versioned_directories() {
    std::vector<VersionedDirectory> found;
    for (const char* parent : {"/usr/lib/postgresql", "/usr/libexec/postgresql", "/usr"}) {
        std::error_code ignored;
        for (const auto& entry : fs::directory_iterator(parent, ignored)) {
            std::string name = entry.path().filename().string();
            name = name.rfind("pgsql-", 0) == 0 ? name.substr(6) : name;
            const bool is_number =
                !name.empty() && std::all_of(name.begin(), name.end(), [](char letter) {
                    return letter >= '0' && letter <= '9';
                });
            if (is_number && name.size() < 4) {
                found.push_back({std::stoi(name), entry.path() / "bin"});
            }
        }
    }
    std::sort(found.begin(), found.end(),
              [](const auto& left, const auto& right) { return left.version > right.version; });
    return found;
}

Result<std::string> read_text(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    if (!file) {
        return Error{fmt::format(
            "read {}: not readable; the ConfigMap of the cluster should be mounted there", path)};
    }
    return text.str();
}

Result<Done> write_text(const std::string& path, const std::string& text) {
    std::error_code ignored;
    fs::create_directories(fs::path(path).parent_path(), ignored);
    std::ofstream file(path, std::ios::trunc);
    file << text;
    file.close();
    if (!file) {
        return Error{
            fmt::format("write {}: not writable; an emptyDir should be mounted there", path)};
    }
    return Done{};
}

}  // namespace

std::string find_bin_directory(const std::string& path_variable,
                               const std::string& wanted_version) {
    const std::vector<VersionedDirectory> versioned = versioned_directories();
    for (const VersionedDirectory& directory : versioned) {
        if (std::to_string(directory.version) == wanted_version && holds_postgres(directory.path)) {
            return directory.path.string();
        }
    }
    std::stringstream directories(path_variable);
    for (std::string directory; std::getline(directories, directory, ':');) {
        if (!directory.empty() && holds_postgres(directory)) {
            return directory;
        }
    }
    for (const VersionedDirectory& directory : versioned) {
        if (holds_postgres(directory.path)) {
            return directory.path.string();
        }
    }
    return "";
}

Result<Done> install(const std::string& destination) {
    const std::string temporary = destination + ".new";
    std::error_code error;
    fs::copy_file("/proc/self/exe", temporary, fs::copy_options::overwrite_existing, error);
    if (!error) {
        fs::permissions(temporary, fs::perms(0755), error);
    }
    if (!error) {
        fs::rename(temporary, destination, error);
    }
    if (error) {
        return Error{fmt::format("install the agent at {}: {}", destination, error.message())};
    }
    return Done{};
}

Result<Done> prepare(const Environment& environment, const std::string& path_variable) {
    if (environment.flavour == Flavour::spilo) {
        return Done{};
    }
    const Result<std::string> text = read_text(environment.config_template);
    BG_TRY(text);
    const Result<Json> config_template = parse_yaml(*text);
    if (!config_template.ok()) {
        return Error{config_template.error()}.within("parse " + environment.config_template);
    }
    const Result<Json> config =
        render_patroni_config(*config_template, environment,
                              environment.bin_directory.value_or(
                                  find_bin_directory(path_variable, environment.postgres_version)));
    BG_TRY(config);
    std::error_code ignored;
    fs::create_directories(environment.socket_directory, ignored);
    fs::create_directories(fs::path(environment.data_directory).parent_path(), ignored);
    return write_text(environment.rendered_config, to_yaml(*config));
}

std::vector<std::string> program_of(const Environment& environment,
                                    const std::vector<std::string>& arguments) {
    return arguments.empty() ? std::vector<std::string>{"patroni", environment.rendered_config}
                             : arguments;
}

}  // namespace bestgres::agent
