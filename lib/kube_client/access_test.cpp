#include "lib/kube_client/access.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "lib/base/encoding.hpp"

namespace bestgres::kube_client {
namespace {

// A directory of its own for each test.
class Kubeconfig : public testing::Test {
protected:
    Kubeconfig() {
        std::string pattern = std::filesystem::temp_directory_path() / "access-XXXXXX";
        directory_ = mkdtemp(pattern.data());
    }
    ~Kubeconfig() override { std::filesystem::remove_all(directory_); }

    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(directory_ / name) << text;
        return directory_ / name;
    }
    // A config whose cluster and user hold these lines.
    std::string config(const std::string& cluster, const std::string& user) const {
        return write("config",
                     "apiVersion: v1\nkind: Config\ncurrent-context: here\ncontexts:\n"
                     "- name: here\n  context: {cluster: c, user: u, namespace: shop}\n"
                     "clusters:\n- name: c\n  cluster: " +
                         cluster + "\nusers:\n- name: u\n  user: " + user + "\n");
    }
    static std::string problem(const std::string& path, const std::string& context = "") {
        const Result<Access> access = load_kubeconfig(path, context);
        return access.ok() ? "" : access.error().message;
    }

    std::filesystem::path directory_;
};

TEST_F(Kubeconfig, reads_inline_data_and_tokens) {
    const http::KeyPair authority = *http::make_authority("test");
    const std::string path =
        config("{server: 'https://10.0.0.1:6443/k8s/', certificate-authority-data: " +
                   encode_base64(authority.certificate) + "}",
               "{client-certificate-data: " + encode_base64(authority.certificate) +
                   ", client-key-data: " + encode_base64(authority.key) + ", token: t}");
    const Result<Access> access = load_kubeconfig(path, "");
    ASSERT_TRUE(access.ok()) << access.error().message;
    EXPECT_EQ(to_string(access->server), "https://10.0.0.1:6443");
    EXPECT_EQ(access->path_prefix, "/k8s");
    EXPECT_EQ(access->tls.authorities, authority.certificate);
    EXPECT_EQ(access->tls.certificate, authority);
    EXPECT_EQ(access->token, "t");
    EXPECT_EQ(access->ns, "shop");
}

TEST_F(Kubeconfig, reads_files_beside_itself) {
    const http::KeyPair authority = *http::make_authority("test");
    write("ca.crt", authority.certificate);
    write("token", "from file\n");
    const Result<Access> access = load_kubeconfig(
        config("{server: 'https://h', certificate-authority: ca.crt}", "{tokenFile: token}"), "");
    ASSERT_TRUE(access.ok()) << access.error().message;
    EXPECT_EQ(access->tls.authorities, authority.certificate);
    EXPECT_EQ(access->token_file, directory_ / "token");
}

TEST_F(Kubeconfig, merges_several_files) {
    const std::string first = write("first", "current-context: far\n");
    const std::string second = config("{server: 'http://h', insecure-skip-tls-verify: true}", "{}");
    EXPECT_NE(problem(first + ":" + second).find("no context far; contexts: here"),
              std::string::npos);
    EXPECT_EQ(problem(first + ":" + second, "here"), "");
}

TEST_F(Kubeconfig, says_in_one_line_what_is_wrong) {
    const std::string file = "kubeconfig " + (directory_ / "config").string();
    const std::string in_context = file + ", context here";
    EXPECT_EQ(problem("/nowhere"), "kubeconfig: cannot read /nowhere: No such file or directory");
    EXPECT_EQ(problem(write("config", "contexts: {}")), file + ": contexts is not a list");
    EXPECT_EQ(problem(write("config", "")), file + ": no current-context is set; contexts: none");
    EXPECT_EQ(problem(config("{}", "{}")), in_context + ", cluster c: server is missing");
    EXPECT_EQ(problem(config("{server: nonsense}", "{}")),
              in_context + ", cluster c: server: \"nonsense\" is not a URL of http or https");
    EXPECT_EQ(problem(config("{server: 'https://h', certificate-authority-data: '%'}", "{}")),
              in_context + ", cluster c: certificate-authority-data is not base64");
    EXPECT_EQ(problem(config("{server: 'https://h', certificate-authority: gone}", "{}")),
              in_context + ", cluster c: certificate-authority: cannot read " +
                  (directory_ / "gone").string() + ": No such file or directory");
    EXPECT_EQ(problem(config("{server: 'https://h'}", "{client-key-data: eA==}")),
              in_context + ", user u: client-key without client-certificate");
    EXPECT_EQ(problem(config("{server: 'https://h'}", "{exec: {command: aws}}")),
              in_context +
                  ", user u: exec credentials are not supported: use a token or a client "
                  "certificate");
    EXPECT_EQ(problem(write("config", "a: [")).find('\n'), std::string::npos);
    EXPECT_NE(problem(config("{server: 'https://h', certificate-authority-data: eA==}", "{}"))
                  .find(in_context + ": read the certificate authority"),
              std::string::npos);
}

TEST_F(Kubeconfig, is_looked_for_in_order) {
    const std::string path = config("{server: 'http://h'}", "{}");
    EXPECT_TRUE(find_access({.environment = {{"KUBECONFIG", path}}}).ok());
    EXPECT_TRUE(find_access({.kubeconfig = path, .environment = {}}).ok());
    write("ca.crt", http::make_authority("test")->certificate);
    write("token", "t");
    write("namespace", "shop");
    const Result<Access> pod =
        load_in_cluster({.host = "10.96.0.1", .port = "443", .directory = directory_});
    ASSERT_TRUE(pod.ok());
    EXPECT_EQ(pod->ns, "shop");
    EXPECT_EQ(to_string(pod->server), "https://10.96.0.1");
    const Result<Access> without = find_access({.environment = {{"KUBERNETES_SERVICE_HOST", "h"}}});
    EXPECT_FALSE(without.ok());
    EXPECT_EQ(find_access({.environment = {{"HOME", "/nowhere"}}}).error().message,
              "kubeconfig: there is none at /nowhere/.kube/config: name one with --kubeconfig or "
              "$KUBECONFIG");
}

}  // namespace
}  // namespace bestgres::kube_client
