// A whole node with real containers against an API server in memory.
#include "fakekube/node/kubelet.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "fakekube/node/memory_cluster.hpp"
#include "fakekube/node/volume_writer.hpp"
#include "lib/base/encoding.hpp"

namespace bestgres::fakekube::node {
namespace {

using namespace std::chrono_literals;

std::string text_of(const std::string& path) {
    std::ifstream stream(path);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
}

class KubeletTest : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = "/tmp/kubelet-test-XXXXXX";
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = pattern;
        chmod(pattern.c_str(), 0755);
        settings_.name = "node-1";
        settings_.root_directory = directory_ + "/node";
        settings_.volumes_directory = directory_ + "/volumes";
        settings_.init_program = FAKEKUBE_INIT;
        settings_.api_server = {"127.0.0.1", 6443};
        settings_.is_root = geteuid() == 0;
        settings_.images =
            *ImageTable::parse("{default: refuse, images: [{match: 'shell:*', env: {A: image}}]}");
        for (const std::string& path :
             {settings_.root_directory + "/pods", settings_.volumes_directory}) {
            ASSERT_TRUE(make_directory(path, 0755, std::nullopt).ok());
        }
        start_node();
    }
    void TearDown() override {
        node_.reset();
        std::filesystem::remove_all(directory_);
    }

    // The one before ends as if its process had been killed.
    void start_node() {
        node_.reset();
        node_ = std::make_unique<Node>(settings_, cluster_);
        node_->kubelet.start(10250);
    }

    static Json shell(const std::string& script) {
        return {{"name", "main"},
                {"image", "shell:1"},
                {"command", {"sh", "-c", script}},
                {"securityContext", {{"runAsUser", 999}}}};
    }
    void run_pod(Json container, Json spec = Json::object()) {
        spec["containers"] = Json::array({std::move(container)});
        spec["nodeName"] = "node-1";
        spec["terminationGracePeriodSeconds"] = 5;
        cluster_.put(kube::kinds::pod, {{"metadata",
                                         {{"name", "web-0"},
                                          {"namespace", "shop"},
                                          {"uid", "u1"},
                                          {"labels", {{"app", "web"}}}}},
                                        {"spec", spec}});
    }
    void delete_pod() {
        Json pod = cluster_.get(pod_);
        pod["metadata"]["deletionTimestamp"] = "2026-11-20T00:00:00Z";
        pod["metadata"]["deletionGracePeriodSeconds"] = 5;
        cluster_.put(kube::kinds::pod, pod);
    }
    Json status() const { return cluster_.get(pod_)["status"]; }
    Json container_status() const {
        const Json pod = cluster_.get(pod_);
        const Json& list = array_at(pod, {"status", "containerStatuses"});
        return list.empty() ? Json::object() : list[0];
    }
    std::string log(int attempt) const {
        return log_tail(
            settings_.root_directory + "/pods/u1/logs/main/" + std::to_string(attempt) + ".log",
            1000, 100000);
    }

    template <class Condition>
    bool wait_for(Condition condition, Duration limit = 6s) {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (std::chrono::steady_clock::now() < end) {
            if (condition()) {
                return true;
            }
            node_->reactor.run_once(10ms);
            node_->loop.run_until([] { return true; }, 1ms);
        }
        return false;
    }
    bool wait_for_phase(const std::string& phase) {
        return wait_for([&] { return string_at(status(), {"phase"}) == phase; });
    }

    const kube::Ref pod_{kube::kinds::pod, "shop", "web-0"};
    struct Node {
        Node(const NodeSettings& settings, MemoryCluster& cluster)
            : api(cluster),
              prober(reactor, loop),
              kubelet(settings, *AddressPool::parse("127.64.77.0/24"),
                      KubeletPorts{.reactor = reactor,
                                   .api = api,
                                   .prober = prober,
                                   .log = log,
                                   .post = [](const std::string&, const Json&, auto answer) {
                                       answer(Json({{"status", {{"token", "sesame"}}}}));
                                   }}) {
            cluster.attach(reactor, api);
        }

        http::EventLoop loop;
        Reactor reactor;
        ApiPort api;
        Log log{LogLevel::error, wall_clock,
                [](std::string_view line) { std::fwrite(line.data(), 1, line.size(), stderr); }};
        Prober prober;
        Kubelet kubelet;
    };

    std::string directory_;
    MemoryCluster cluster_;
    NodeSettings settings_;
    std::unique_ptr<Node> node_;
};

TEST_F(KubeletTest, registers_its_node_and_lease) {
    const kube::Ref lease{kube::kinds::lease, "kube-node-lease", "node-1"};
    ASSERT_TRUE(wait_for([&] { return !cluster_.get(lease).is_null(); }));
    const Json node = cluster_.get({kube::kinds::node, "", "node-1"});
    EXPECT_EQ(node["status"]["conditions"][0]["type"], "Ready");
    EXPECT_EQ(node["status"]["daemonEndpoints"]["kubeletEndpoint"]["Port"], 10250);
    Json lost = node;
    lost["status"]["conditions"][0]["status"] = "Unknown";
    cluster_.put(kube::kinds::node, lost);
    EXPECT_TRUE(wait_for([&] {
        return cluster_.get({kube::kinds::node, "",
                             "node-1"})["status"]["conditions"][0]["status"] == "True";
    }));
}

TEST_F(KubeletTest, runs_a_pod_to_its_end_and_reports_it) {
    Json container = shell("echo $A $(B); id -u; echo last words > /dev/termination-log; exit 3");
    container["env"] = {{{"name", "B"}, {"value", "b"}}};
    run_pod(container, {{"restartPolicy", "Never"}});
    ASSERT_TRUE(wait_for_phase("Failed"));
    const Json ended = container_status()["state"]["terminated"];
    EXPECT_EQ(ended["exitCode"], 3);
    EXPECT_EQ(ended["message"], "last words\n");
    EXPECT_EQ(status()["podIP"], "127.64.77.2");
    EXPECT_EQ(log(0), "image b\n999\n") << log(0);
    delete_pod();
    EXPECT_TRUE(wait_for([&] { return cluster_.get(pod_).is_null(); }));
    EXPECT_TRUE(
        wait_for([&] { return !std::filesystem::exists(settings_.root_directory + "/pods/u1"); }));
}

TEST_F(KubeletTest, reports_again_what_somebody_else_wrote_over) {
    run_pod(shell("sleep 60"));
    const auto is_ready = [&] {
        const Json now = status();
        for (const Json& condition : array_at(now, {"conditions"})) {
            if (condition["type"] == "Ready") {
                return condition["status"] == "True";
            }
        }
        return false;
    };
    ASSERT_TRUE(wait_for(is_ready));
    Json pod = cluster_.get(pod_);
    for (Json& condition : pod["status"]["conditions"]) {
        condition["status"] = condition["type"] == "Ready" ? "False" : condition["status"];
    }
    cluster_.put(kube::kinds::pod, pod);
    ASSERT_FALSE(is_ready());

    EXPECT_TRUE(wait_for(is_ready));
}

TEST_F(KubeletTest, tries_to_report_a_refused_status_once_a_second) {
    cluster_.refuse_patches(kube::kinds::pod);
    run_pod(shell("sleep 60"));
    wait_for([] { return false; }, 2500ms);
    EXPECT_GE(cluster_.refused_patches(), 2U);
    EXPECT_LE(cluster_.refused_patches(), 3U);
    cluster_.refuse_patches(std::nullopt);
    EXPECT_TRUE(wait_for([&] { return status()["phase"] == "Running"; }));
}

TEST_F(KubeletTest, mounts_volumes_and_keeps_them_up_to_date) {
    cluster_.put(kube::kinds::config_map, {{"metadata", {{"name", "c"}, {"namespace", "shop"}}},
                                           {"data", {{"key", "one"}}}});
    cluster_.put(kube::kinds::secret, {{"metadata", {{"name", "s"}, {"namespace", "shop"}}},
                                       {"data", {{"password", encode_base64("secret")}}}});
    cluster_.put(
        kube::kinds::persistent_volume,
        {{"metadata",
          {{"name", "pv1"}, {"annotations", {{"pv.kubernetes.io/provisioned-by", "fakekube"}}}}},
         {"spec", {{"hostPath", {{"path", "/nowhere"}}}}}});
    cluster_.put(kube::kinds::persistent_volume_claim,
                 {{"metadata", {{"name", "data"}, {"namespace", "shop"}}},
                  {"spec", {{"volumeName", "pv1"}}}});
    Json container = shell(
        "cat /etc/c/key /run/projected/token /run/projected/labels; echo $PASSWORD; "
        "echo kept > /data/dir/file; ls -A /data; cat /etc/hostname; "
        "while :; do cat /etc/c/key > /empty/copy; sleep 0.1; done");
    container["env"] = {{{"name", "PASSWORD"},
                         {"valueFrom", {{"secretKeyRef", {{"name", "s"}, {"key", "password"}}}}}}};
    container["volumeMounts"] = {
        {{"name", "c"}, {"mountPath", "/etc/c"}},
        {{"name", "p"}, {"mountPath", "/var/run/projected"}, {"readOnly", true}},
        {{"name", "e"}, {"mountPath", "/empty"}},
        {{"name", "d"}, {"mountPath", "/data"}},
        {{"name", "d"}, {"mountPath", "/data/dir"}, {"subPath", "below"}}};
    run_pod(container,
            {{"volumes",
              {{{"name", "c"}, {"configMap", {{"name", "c"}}}},
               {{"name", "e"}, {"emptyDir", Json::object()}},
               {{"name", "d"}, {"persistentVolumeClaim", {{"claimName", "data"}}}},
               {{"name", "p"},
                {"projected",
                 {{"sources",
                   {{{"serviceAccountToken", {{"path", "token"}}}},
                    {{"downwardAPI",
                      {{"items",
                        {{{"path", "labels"},
                          {"fieldRef", {{"fieldPath", "metadata.labels"}}}}}}}}}}}}}}}}});
    ASSERT_TRUE(wait_for_phase("Running")) << dump_pretty(status());
    ASSERT_TRUE(wait_for([&] { return log(0).find("web-0\n") != std::string::npos; })) << log(0);
    EXPECT_EQ(log(0), "onesesameapp=\"web\"\nsecret\nbelow\ndir\nweb-0\n");
    EXPECT_EQ(text_of(settings_.volumes_directory + "/pv1/below/file"), "kept\n");
    const std::string copy = settings_.root_directory + "/pods/u1/volumes/e/copy";
    ASSERT_TRUE(wait_for([&] { return text_of(copy) == "one"; }));
    cluster_.put(kube::kinds::config_map, {{"metadata", {{"name", "c"}, {"namespace", "shop"}}},
                                           {"data", {{"key", "two"}}}});
    EXPECT_TRUE(wait_for([&] { return text_of(copy) == "two"; }));
}

TEST_F(KubeletTest, removes_a_volume_only_when_its_deletion_was_seen) {
    const auto volume = [&](const std::string& name, const std::string& policy, bool deleted) {
        Json json = {
            {"metadata",
             {{"name", name}, {"annotations", {{"pv.kubernetes.io/provisioned-by", "fakekube"}}}}},
            {"spec", {{"persistentVolumeReclaimPolicy", policy}}}};
        if (deleted) {
            json["metadata"]["deletionTimestamp"] = "2026-11-20T00:00:00Z";
        }
        cluster_.put(kube::kinds::persistent_volume, json);
        std::filesystem::create_directory(settings_.volumes_directory + "/" + name);
    };
    volume("deleted", "Delete", true);
    volume("retained", "Retain", true);
    volume("vanished", "Delete", false);
    ASSERT_TRUE(wait_for([&] { return cluster_.all(kube::kinds::lease).size() == 1; }));
    for (const char* name : {"vanished", "retained", "deleted"}) {
        cluster_.remove({kube::kinds::persistent_volume, "", name});
    }
    const auto exists = [&](const std::string& name) {
        return std::filesystem::exists(settings_.volumes_directory + "/" + name);
    };
    EXPECT_TRUE(wait_for([&] { return !exists("deleted"); }));
    EXPECT_TRUE(exists("retained"));
    EXPECT_TRUE(exists("vanished"));
}

TEST_F(KubeletTest, says_what_a_container_lacks_and_starts_it_when_it_is_there) {
    Json container = shell("sleep 1000");
    container["env"] = {
        {{"name", "X"}, {"valueFrom", {{"secretKeyRef", {{"name", "s"}, {"key", "k"}}}}}}};
    run_pod(container);
    ASSERT_TRUE(wait_for([&] {
        return string_at(container_status(), {"state", "waiting", "reason"}) ==
               "CreateContainerConfigError";
    }));
    EXPECT_EQ(container_status()["state"]["waiting"]["message"], "secret \"s\" not found");
    cluster_.put(kube::kinds::secret,
                 {{"metadata", {{"name", "s"}, {"namespace", "shop"}}}, {"data", {{"k", "eA=="}}}});
    EXPECT_TRUE(wait_for_phase("Running"));
}

TEST_F(KubeletTest, refuses_an_image_that_is_not_in_the_table) {
    Json container = shell("true");
    container["image"] = "other:1";
    run_pod(container);
    EXPECT_TRUE(wait_for([&] {
        return string_at(container_status(), {"state", "waiting", "reason"}) == "ImagePullBackOff";
    }));
}

TEST_F(KubeletTest, probes_by_command_and_stops_with_the_hook_first) {
    Json container =
        shell("trap 'echo term; exit 0' TERM; touch /tmp/ready; while :; do sleep 0.05; done");
    container["readinessProbe"] = {{"exec", {{"command", {"test", "-e", "/tmp/ready"}}}},
                                   {"periodSeconds", 1}};
    container["lifecycle"] = {
        {"preStop", {{"exec", {{"command", {"sh", "-c", "echo hook > /proc/1/fd/1"}}}}}}};
    run_pod(container);
    ASSERT_TRUE(wait_for([&] { return find_bool(container_status(), {"ready"}).value_or(false); }));
    delete_pod();
    EXPECT_TRUE(wait_for([&] {
        return container_status()["state"].contains("terminated") || cluster_.get(pod_).is_null();
    }));
    EXPECT_TRUE(wait_for([&] { return cluster_.get(pod_).is_null(); }));
}

TEST_F(KubeletTest, restarts_what_died_with_the_node_at_the_same_address) {
    run_pod(shell("echo up; sleep 1000"));
    ASSERT_TRUE(wait_for_phase("Running"));
    const Json address = status()["podIP"];
    start_node();
    ASSERT_TRUE(wait_for([&] {
        return find_int(container_status(), {"restartCount"}) == 1 &&
               container_status()["state"].contains("running");
    })) << dump_pretty(status());
    EXPECT_EQ(status()["podIP"], address);
    EXPECT_EQ(container_status()["lastState"]["terminated"]["reason"], "ContainerStatusUnknown");
}

TEST_F(KubeletTest, forwards_a_service_to_its_ready_endpoints_and_names_it) {
    run_pod(shell("cat /etc/hosts; sleep 1000"));
    ASSERT_TRUE(wait_for_phase("Running"));
    Descriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in backend{};
    backend.sin_family = AF_INET;
    inet_pton(AF_INET, "127.64.77.200", &backend.sin_addr);
    socklen_t size = sizeof backend;
    ASSERT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&backend), size), 0);
    ASSERT_EQ(listen(listener.get(), 5), 0);
    getsockname(listener.get(), reinterpret_cast<sockaddr*>(&backend), &size);
    cluster_.put(
        kube::kinds::service,
        {{"metadata", {{"name", "db"}, {"namespace", "shop"}}},
         {"spec", {{"clusterIP", "127.96.77.1"}, {"ports", {{{"name", "p"}, {"port", 15432}}}}}}});
    cluster_.put(kube::kinds::endpoint_slice,
                 {{"metadata",
                   {{"name", "db-1"},
                    {"namespace", "shop"},
                    {"labels", {{"kubernetes.io/service-name", "db"}}}}},
                  {"ports", {{{"name", "p"}, {"port", ntohs(backend.sin_port)}}}},
                  {"endpoints", {{{"addresses", {"127.64.77.200"}}}}}});
    sockaddr_in front = backend;
    front.sin_port = htons(15432);
    inet_pton(AF_INET, "127.96.77.1", &front.sin_addr);
    Descriptor client;
    ASSERT_TRUE(wait_for([&] {
        client = Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        return connect(client.get(), reinterpret_cast<sockaddr*>(&front), size) == 0;
    }));
    const Descriptor server(accept(listener.get(), nullptr, nullptr));
    ASSERT_EQ(send(client.get(), "ping", 4, 0), 4);
    char buffer[16] = {};
    ASSERT_EQ(recv(server.get(), buffer, sizeof buffer, 0), 4);
    ASSERT_EQ(send(server.get(), "pong!", 5, 0), 5);
    ASSERT_EQ(recv(client.get(), buffer, sizeof buffer, 0), 5);
    const std::string hosts = settings_.root_directory + "/pods/u1/etc/hosts";
    EXPECT_NE(
        text_of(hosts).find("127.96.77.1\tdb.shop.svc.cluster.local db.shop.svc db.shop db\n"),
        std::string::npos);
    cluster_.remove({kube::kinds::endpoint_slice, "shop", "db-1"});
    EXPECT_TRUE(wait_for([&] {
        const ssize_t count = recv(client.get(), buffer, sizeof buffer, MSG_DONTWAIT);
        return count == 0 || (count < 0 && errno == ECONNRESET);
    }));
}

}  // namespace
}  // namespace bestgres::fakekube::node
