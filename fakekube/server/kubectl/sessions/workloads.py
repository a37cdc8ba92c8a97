"""scale, rollout, logs, nodes."""
from objects import deployment, node, pod, stateful_set
from world import expect, until

READY = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}],
         "containerStatuses": [{"name": "main", "ready": True, "restartCount": 0, "image": "nginx:1", "imageID": "",
                                "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}}]}


def make_ready(k, app, count):
    """Plays the kubelet for the pods of `app` until so many are ready."""
    def step():
        items = k.server.api("GET", k.path("pods") + f"?labelSelector=app%3D{app}")[1]["items"]
        ready = 0
        for item in items:
            if "deletionTimestamp" in item["metadata"]:
                continue
            if item["status"].get("phase") != "Running":
                k.server.api("PATCH", k.path("pods", item["metadata"]["name"] + "/status"), {"status": READY})
            ready += 1
        return ready >= count
    until(step, f"{count} pods of {app}")


def scale(k):
    k("create", "-f", "-", stdin=deployment("scaled", 1))
    k("scale", "deployment/scaled", "--replicas=3").has("^deployment.apps/scaled scaled$")
    until(lambda: len(k("get", "pods", "-l", "app=scaled", "-o", "name").out.split()) == 3, "three pods")
    k("scale", "deployment/scaled", "--replicas=1", "--current-replicas=5", code=1).says("Expected replicas to be 5, was 3")
    k("create", "-f", "-", stdin=stateful_set("scaled", 1))
    k("scale", "sts/scaled", "--replicas=0").has("^statefulset.apps/scaled scaled$")
    k("get", "sts", "scaled", "-o", "jsonpath={.spec.replicas}").has("^0$")
    k("scale", "cm/kube-root-ca.crt", "--replicas=1", code=1).says("could not find the requested resource|NotFound")


def rollout(k):
    k("create", "-f", "-", stdin=deployment("rolled", 2))
    make_ready(k, "rolled", 2)
    k("rollout", "status", "deployment/rolled", "--timeout=30s").has("successfully rolled out")
    k("set", "image", "deployment/rolled", "main=nginx:2")
    k("rollout", "status", "deployment/rolled", "--timeout=1s", code=1).says("timed out waiting for the condition|context deadline")
    process = k.start("rollout", "status", "deployment/rolled", "--timeout=60s")
    until(lambda: make_ready(k, "rolled", 1) or process.poll() is not None, "the rollout", 60)
    k.finish(process, "rollout status").has("successfully rolled out")
    k("rollout", "history", "deployment/rolled").has("REVISION", "^1 ", "^2 ")
    k("rollout", "history", "deployment/rolled", "--revision=1").has("nginx:1")
    k("rollout", "undo", "deployment/rolled").has("rolled back")
    k("get", "deployment", "rolled", "-o", "jsonpath={.spec.template.spec.containers[0].image}").has("^nginx:1$")
    k("rollout", "restart", "deployment/rolled").has("restarted")
    k("get", "deployment", "rolled", "-o", "yaml").has("kubectl.kubernetes.io/restartedAt")
    k("rollout", "pause", "deployment/rolled").has("paused")
    k("rollout", "resume", "deployment/rolled").has("resumed")


def rollout_of_a_stateful_set(k):
    k("create", "-f", "-", stdin=stateful_set("ordered", 2))
    make_ready(k, "ordered", 2)
    k("rollout", "status", "sts/ordered", "--timeout=30s").has("rolling update complete|partitioned roll out complete|statefulset rolling update")
    k("rollout", "restart", "sts/ordered").has("restarted")
    k("rollout", "history", "sts/ordered").has("REVISION")


def logs_without_a_node(k):
    k("create", "-f", "-", stdin=pod("silent"))
    k("logs", "silent").quiet()
    k("logs", "absent", code=1).says(r'NotFound\): pods "absent" not found')
    k("logs", "silent", "-c", "other", code=1).says("container other is not valid for pod silent")
    k("exec", "silent", "--", "true", code=1)


def nodes(k):
    name = "node-" + k.namespace
    k("create", "-f", "-", stdin=node(name), namespace="")
    ready = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    k.server.api("PATCH", f"/api/v1/nodes/{name}/status", ready)
    k("get", "node", name, namespace="").has(f"^{name} +Ready")
    k("cordon", name, namespace="").has("cordoned$")
    k("get", "node", name, namespace="").has("Ready,SchedulingDisabled")
    k("uncordon", name, namespace="").has("uncordoned$")
    k("taint", "node", name, "a=b:NoSchedule", namespace="").has("tainted$")
    k("describe", "node", name, namespace="").has("a=b:NoSchedule")
    k("create", "-f", "-", stdin=pod("alone", nodeName=name))
    k("drain", name, namespace="", code=1).says("cannot delete .*--force")
    k("drain", name, "--force", "--grace-period=0", "--timeout=30s", namespace="").has("evict", "(drained|evicted)$")
    expect("alone" not in k("get", "pods", "-o", "name").out, "the pod was not evicted")
    k("delete", "node", name, namespace="").has("deleted")
