#include "fakekube/node/image_table.hpp"

#include "lib/base/yaml.hpp"

namespace bestgres::fakekube::node {
namespace {

Result<Image> parse_image(const Json& json) {
    Image image;
    image.match = string_at(json, {"match"});
    if (image.match.empty()) {
        return Error{"an entry has no match"};
    }
    image.root = string_at(json, {"root"}, "/");
    if (image.root.front() != '/') {
        return Error{"root of " + image.match + " is not an absolute path: " + image.root};
    }
    image.user = static_cast<std::uint32_t>(find_int(json, {"user"}).value_or(0));
    image.directory = string_at(json, {"directory"}, "/");
    for (const auto& [name, value] : object_at(json, {"env"}).items()) {
        image.environment[name] = value.is_string() ? value.get<std::string>() : value.dump();
    }
    for (const Json& word : array_at(json, {"command"})) {
        image.command.push_back(word.is_string() ? word.get<std::string>() : word.dump());
    }
    for (const Json& mount : array_at(json, {"mounts"})) {
        image.mounts.push_back(Mount{.source = string_at(mount, {"source"}),
                                     .target = string_at(mount, {"target"}),
                                     .read_only = true});
        if (image.mounts.back().source.empty() || image.mounts.back().target.empty()) {
            return Error{"a mount of " + image.match + " needs source and target"};
        }
    }
    return image;
}

}  // namespace

bool matches_glob(std::string_view text, std::string_view pattern) {
    if (pattern.empty()) {
        return text.empty();
    }
    if (pattern.front() == '*') {
        return matches_glob(text, pattern.substr(1)) ||
               (!text.empty() && matches_glob(text.substr(1), pattern));
    }
    return !text.empty() && (pattern.front() == '?' || pattern.front() == text.front()) &&
           matches_glob(text.substr(1), pattern.substr(1));
}

Result<ImageTable> ImageTable::parse(std::string_view yaml) {
    const Result<Json> json = parse_yaml(yaml);
    if (!json) {
        return json.error();
    }
    ImageTable table;
    table.refuses_unknown_ = string_at(*json, {"default"}, "allow") == "refuse";
    for (const Json& entry : json->is_array() ? *json : array_at(*json, {"images"})) {
        Result<Image> image = parse_image(entry);
        if (!image) {
            return std::move(image).error();
        }
        table.images_.push_back(std::move(*image));
    }
    return table;
}

std::optional<Image> ImageTable::find(const std::string& reference) const {
    const std::string last = reference.substr(reference.rfind('/') + 1);
    for (const Image& image : images_) {
        if (matches_glob(reference, image.match) || matches_glob(last, image.match)) {
            return image;
        }
    }
    return refuses_unknown_ ? std::nullopt : std::optional<Image>(Image{});
}

std::vector<std::string> ImageTable::sources() const {
    std::vector<std::string> paths;
    for (const Image& image : images_) {
        paths.push_back(image.root);
        for (const Mount& mount : image.mounts) {
            paths.push_back(mount.source);
        }
    }
    return paths;
}

}  // namespace bestgres::fakekube::node
