"""apply by the client and by the server, diff, and the custom resource."""
import json
import subprocess

from objects import config_map, deployment, labelled
from world import ROOT, expect, until


def cluster(name, instances=1):
    return {"apiVersion": "bestgres.io/v1", "kind": "BGCluster", "metadata": {"name": name}, "spec": {
        "instances": instances, "volumeSpec": {"persistentVolumeSize": "1Gi"},
        "image": {"tag": "bestgres-patroni:15"}}}


def apply_by_the_client(k):
    first = config_map("applied", a="1", b="2")
    k("apply", "-f", "-", stdin=first).has("^configmap/applied created$")
    k("apply", "-f", "-", stdin=first).has("^configmap/applied unchanged$")
    k("diff", "-f", "-", stdin=first)
    second = config_map("applied", a="changed", c="3")
    k("diff", "-f", "-", stdin=second, code=1).has(r"^-  a: \"1\"$", r"^\+  a: changed$", r"^-  b: \"2\"$")
    k("apply", "-f", "-", stdin=second).has("^configmap/applied configured$")
    data = k("get", "cm", "applied", "-o", "json").json()["data"]
    expect(data == {"a": "changed", "c": "3"}, f"a key left out is still there: {data}")
    k("apply", "view-last-applied", "cm/applied").has("a: changed")
    k("apply", "-f", "-", "--dry-run=server", stdin=config_map("applied", a="x")).has(r"configured \(server dry run\)$")
    k("get", "cm", "applied", "-o", "jsonpath={.data.a}").has("^changed$")
    k("create", "-f", "-", stdin=config_map("adopted"))
    k("apply", "-f", "-", stdin=config_map("adopted", a="1")).says("missing the .*last-applied-configuration annotation").has("configured$")


def apply_prunes_by_label(k):
    things = {"apiVersion": "v1", "kind": "List", "items": [
        labelled(config_map("kept"), set="pruned"), labelled(config_map("dropped"), set="pruned")]}
    k("apply", "-f", "-", stdin=things).has("kept created", "dropped created")
    k("apply", "-f", "-", "--prune", "-l", "set=pruned", "--prune-whitelist=core/v1/ConfigMap" if k.minor < 26 else
      "--prune-allowlist=core/v1/ConfigMap", stdin=things["items"][0]).has("kept (unchanged|configured)", "dropped pruned")
    k("get", "cm", "dropped", code=1)


def apply_a_deployment_twice(k):
    k("apply", "-f", "-", stdin=deployment("again"))
    until(lambda: k("get", "deployment", "again", "-o", "jsonpath={.status.observedGeneration}").out == "1", "the controller")
    k("apply", "-f", "-", stdin=deployment("again")).has("unchanged$")
    k("apply", "-f", "-", stdin=deployment("again", image="nginx:2")).has("configured$")
    k("get", "deployment", "again", "-o", "jsonpath={.spec.template.spec.containers[0].image}").has("^nginx:2$")


def apply_by_the_server(k):
    side = ("apply", "--server-side", "-f", "-", "--field-manager")
    k(*side, "alice", stdin=config_map("shared", a="1")).has("^configmap/shared serverside-applied$")
    k(*side, "bob", stdin=config_map("shared", b="2")).has("serverside-applied$")
    k(*side, "bob", stdin=config_map("shared", a="9", b="2"), code=1).says(
        r'conflict with "alice"', r"\.data\.a", "--force-conflicts")
    k(*side, "bob", "--force-conflicts", stdin=config_map("shared", a="9", b="2")).has("serverside-applied$")
    k(*side, "alice", stdin=config_map("shared", a="1"), code=1).says(r'conflict with "bob"')
    k(*side, "bob", stdin=config_map("shared", b="2"))
    data = k("get", "cm", "shared", "-o", "json").json()["data"]
    expect(data == {"b": "2"}, f"what its last owner left out is still there: {data}")
    k("diff", "--server-side", "-f", "-", "--field-manager=bob", stdin=config_map("shared", b="3"), code=1).has(r"^\+  b: \"3\"$")
    k("create", "-f", "-", stdin=deployment("shared", replicas=0))
    k("scale", "deployment/shared", "--replicas=2")
    k(*side, "carol", stdin=deployment("shared", replicas=1), code=1).says("conflict with")


def apply_changes_sides(k):
    k("apply", "-f", "-", stdin=config_map("sides", a="1", b="2"))
    k("apply", "--server-side", "-f", "-", stdin=config_map("sides", a="2")).has("serverside-applied$")
    if k.minor >= 26:
        expect(k("get", "cm", "sides", "-o", "json").json()["data"] == {"a": "2"}, "fields did not change hands")


def examples_are_accepted(k):
    for name in ("cluster", "minimal", "production", "spilo"):
        k("apply", "--dry-run=server", "-f", ROOT / f"examples/{name}.yaml", namespace=k.namespace)


def custom_resource(k):
    k("apply", "-f", "-", stdin=cluster("mine")).has("^bgcluster.bestgres.io/mine created$")
    k("apply", "-f", "-", stdin=cluster("mine")).has("unchanged$")
    k("diff", "-f", "-", stdin=cluster("mine", 2), code=1).has(r"^\+  instances: 2$")
    k("apply", "-f", "-", stdin=cluster("mine", 2)).has("configured$")
    k("get", "bgclusters").has(r"^NAME +READY +PRIMARY +STATUS +VERSION +AGE$", r"^mine ")
    k("get", "bgclu", "mine", "-o", "wide").has("LAG +PENDING +AGE")
    k("get", "bestgres", "-o", "name").has("^bgcluster.bestgres.io/mine$")
    k("describe", "bgcluster", "mine").has("^Name: +mine$", "Instances: +2", "Persistent Volume Size: +1Gi")
    k("patch", "bgcluster", "mine", "--type=merge", "-p", '{"spec":{"instances":3}}').has("patched$")
    k("patch", "bgcluster", "mine", "-p", "{}", code=1).says("unknown format|UnsupportedMediaType|strategic merge patch is not supported")
    k("scale", "bgcluster", "mine", "--replicas=1").has("^bgcluster.bestgres.io/mine scaled$")
    k("get", "bgcluster", "mine", "-o", "jsonpath={.spec.instances}").has("^1$")
    k("scale", "bgcluster", "mine", "--replicas=2", "--current-replicas=7", code=1).says("Expected replicas to be 7, was 1")
    editor = k.script("cluster-editor", 'sed -i "s/instances: 1/instances: 2/" "$1"\n')
    k("edit", "bgcluster", "mine", env={"EDITOR": str(editor)}).has("edited$")
    k("apply", "-f", "-", stdin=cluster("bad", "three"), code=1).says("instances")
    k("apply", "-f", "-", stdin=cluster("bad", -1), code=1).says("spec.instances", "greater than or equal to")
    k("annotate", "bgcluster", "mine", "bestgres.io/paused=true").has("annotated$")
    k("apply", "--server-side", "-f", "-", "--field-manager=ops", stdin=cluster("served", 1)).has("serverside-applied$")
    k("apply", "--server-side", "-f", "-", "--field-manager=dev", stdin=cluster("served", 2), code=1).says('conflict with "ops"')
    k.server.api("PATCH", k.path("bgclusters", "mine/status", "apis/bestgres.io/v1"),
                 {"status": {"conditions": [{"type": "Ready", "status": "True", "reason": "AllReady", "message": "",
                                             "lastTransitionTime": "2026-01-01T00:00:00Z"}]}})
    k("wait", "bgcluster/mine", "--for=condition=Ready", "--timeout=10s").has("condition met$")
    k("wait", "bgcluster/mine", "--for=condition=Absent", "--timeout=1s", code=1).says("timed out waiting for the condition")
    k("delete", "bgcluster", "mine").has('"mine" deleted')


def client_certificate(k):
    """A certificate signed by the server's authority names the user; needs the program openssl."""
    authority = k.server.path / "state"
    key, request, certificate = k.home / "jane.key", k.home / "jane.csr", k.home / "jane.crt"
    try:
        openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", "/O=devs/CN=jane")
        openssl("x509", "-req", "-in", request, "-CA", authority / "ca.crt", "-CAkey", authority / "ca.key", "-set_serial",
                "7", "-days", "2", "-out", certificate)
    except FileNotFoundError:
        print("SKIPPED: there is no openssl")
        return
    config = {"apiVersion": "v1", "kind": "Config", "current-context": "c", "contexts": [
        {"name": "c", "context": {"cluster": "c", "user": "jane"}}],
        "clusters": [{"name": "c", "cluster": {"server": k.server.url, "certificate-authority": str(authority / "ca.crt")}}],
        "users": [{"name": "jane", "user": {"client-certificate": str(certificate), "client-key": str(key)}}]}
    as_jane = {"KUBECONFIG": str(k.file("jane.json", json.dumps(config)))}
    k("get", "pods", code=1, env=as_jane).says('User "jane" cannot list resource "pods"')
    k("create", "rolebinding", "devs", "--clusterrole=view", "--group=devs")
    k("get", "pods", env=as_jane)
    if k.minor >= 28:
        k("auth", "whoami", env=as_jane).has("jane", "devs")


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)
