"""create, replace, patch, edit, label, annotate."""
import json

from objects import config_map, deployment, service
from world import expect


def create_by_flags(k):
    k("create", "configmap", "made", "--from-literal=a=1", "--from-literal=b=2").has("^configmap/made created$")
    expect(k("get", "cm", "made", "-o", "json").json()["data"] == {"a": "1", "b": "2"}, "configmap")
    k("create", "configmap", "bytes", "--from-file", k.file_bytes("bytes.bin"))
    expect(list(k("get", "cm", "bytes", "-o", "json").json()["binaryData"].values()) == ["/wCA"], "binaryData")
    k("create", "secret", "generic", "made", "--from-literal=p=s3").has("^secret/made created$")
    expect(k("get", "secret", "made", "-o", "json").json()["data"] == {"p": "czM="}, "secret")
    k("create", "secret", "docker-registry", "pull", "--docker-server=r", "--docker-username=u", "--docker-password=p")
    k("get", "secret", "pull").has("kubernetes.io/dockerconfigjson +1")
    k("create", "serviceaccount", "made").has("^serviceaccount/made created$")
    k("create", "role", "made", "--verb=get,list", "--resource=pods,pods/log", "--resource-name=x")
    rules = k("get", "role", "made", "-o", "json").json()["rules"]
    expect(rules == [{"apiGroups": [""], "resourceNames": ["x"], "resources": ["pods", "pods/log"], "verbs": ["get", "list"]}],
           f"role: {rules}")
    k("create", "rolebinding", "made", "--role=made", f"--serviceaccount={k.namespace}:made", "--user=jane")
    binding = k("get", "rolebinding", "made", "-o", "json").json()
    expect([s["kind"] for s in binding["subjects"]] == ["User", "ServiceAccount"], "rolebinding")
    k("create", "clusterrole", "made-" + k.namespace, "--verb=get", "--non-resource-url=/made", namespace="")
    k("create", "clusterrolebinding", "made-" + k.namespace, "--clusterrole=view", "--group=made", namespace="")
    k("create", "ns", "extra-" + k.namespace, namespace="").has("created$")
    k("delete", "ns", "extra-" + k.namespace, namespace="").has("deleted")
    k("get", "ns", "extra-" + k.namespace, namespace="", code=1)
    k("create", "configmap", "made", code=1).says(r"AlreadyExists|already exists")
    k("create", "configmap", "Bad_Name", code=1).says("is invalid|Invalid value", "a lowercase RFC 1123|DNS-1123")


def create_workloads_by_flags(k):
    k("create", "deployment", "flags", "--image=nginx:1", "--replicas=2", "--port=80")
    made = k("get", "deployment", "flags", "-o", "json").json()["spec"]
    expect(made["replicas"] == 2 and made["template"]["spec"]["containers"][0]["ports"][0]["containerPort"] == 80, "ports")
    k("create", "job", "flags", "--image=busybox:1", "--", "date", "-u")
    spec = k("get", "job", "flags", "-o", "json").json()["spec"]["template"]["spec"]
    expect(spec["containers"][0]["command"] == ["date", "-u"] and spec["restartPolicy"] == "Never", "job")
    k("create", "service", "clusterip", "flags", "--tcp=80:8080")
    port = k("get", "svc", "flags", "-o", "json").json()["spec"]["ports"][0]
    expect((port["port"], port["targetPort"]) == (80, 8080), "service")
    k("expose", "deployment", "flags", "--name=exposed", "--port=81").has("^service/exposed exposed$")
    k("run", "runner", "--image=nginx:1").has("^pod/runner created$")
    k("run", "trial", "--image=nginx:1", "--dry-run=server", "-o", "name").has("^pod/trial$")
    k("get", "pod", "trial", code=1)
    k("set", "image", "deployment/flags", "nginx=nginx:2").has("image updated")
    k("set", "env", "deployment/flags", "A=b").has("env updated")
    k("delete", "deployment,job,svc", "flags")


def tokens_and_rights(k):
    k("auth", "can-i", "create", "pods").has("^yes$")
    k("auth", "can-i", "get", "pods", "--as=nobody", code=1).has("^no")
    k("auth", "can-i", "get", "/healthz").has("^yes$")
    k("auth", "can-i", "--list").has(r"\*\.\*")
    k("get", "pods", "--as=nobody", code=1).says(
        rf'^Error from server \(Forbidden\): pods is forbidden: User "nobody" cannot list resource "pods" in API group '
        rf'"" in the namespace "{k.namespace}"$')
    if k.minor >= 24:
        token = k("create", "token", "default").out.strip()
        expect(token.count(".") == 2, f"not a token: {token}")
        k("--token", token, "get", "pods", code=1, env={"KUBECONFIG": str(without_user(k))}).says("Forbidden")
    if k.minor >= 28:
        k("auth", "whoami").has("kubernetes-admin", "system:masters")


def without_user(k):
    """A kubeconfig without credentials: those of a file win over --token."""
    kept = [line for line in k.server.kubeconfig.read_text().splitlines() if "token:" not in line]
    text = "\n".join(kept).replace("user:\n", "user: {}\n") if any("user: {}" in line for line in kept) else "\n".join(kept)
    return k.file("anonymous", text + "\n")


def create_and_replace_files(k):
    path = k.file("two.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: f1}\ndata: {a: x}\n---\n"
                              "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: f2}\n")
    k("create", "-f", path).has("^configmap/f1 created$", "^configmap/f2 created$")
    k("create", "-f", path, code=1).says(r'\(AlreadyExists\): error when creating .*: configmaps "f1" already exists')
    k("replace", "-f", k.file("one.json", config_map("f1", a="y"))).has("^configmap/f1 replaced$")
    k("get", "cm", "f1", "-o", "jsonpath={.data.a}").has("^y$")
    stale = k("get", "cm", "f1", "-o", "json").json()
    k("label", "cm", "f1", "moved=on")
    k("replace", "-f", "-", stdin=stale, code=1).says(r"\(Conflict\)", "the object has been modified")
    k("replace", "-f", "-", stdin=config_map("absent"), code=1).says(r"\(NotFound\)")
    k("replace", "--force", "-f", "-", stdin=config_map("f2", b="z")).has("deleted", "replaced")
    k("create", "-f", "-", stdin={**config_map("typo"), "dta": {}}, code=1).says('unknown field "dta"')
    k("create", "-f", "-", stdin={**service("typo"), "spec": {"ports": [{"port": "x"}]}}, code=1).says("port|ports")
    k("create", "-f", "-", stdin="a: [", code=1).says("error parsing|yaml")
    k("create", "-f", "-", stdin={"apiVersion": "no/v1", "kind": "No", "metadata": {"name": "n"}}, code=1).says("no matches for kind")


def patch_four_types(k):
    k("create", "-f", "-", stdin=deployment("patched", replicas=0))
    strategic = {"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "side:1"}]}}}}
    k("patch", "deployment", "patched", "-p", json.dumps(strategic)).has("^deployment.apps/patched patched$")
    k("patch", "deployment", "patched", "-p", json.dumps(strategic)).has(r"patched \(no change\)$")
    containers = k("get", "deployment", "patched", "-o", "json").json()["spec"]["template"]["spec"]["containers"]
    expect(sorted(c["name"] for c in containers) == ["main", "side"], "strategic merge replaced the list")
    k("patch", "deployment", "patched", "--type=merge", "-p",
      json.dumps({"spec": {"template": {"spec": {"containers": [{"name": "only", "image": "x"}]}}}}))
    k("get", "deployment", "patched", "-o", "jsonpath={.spec.template.spec.containers[*].name}").has("^only$")
    k("patch", "deployment", "patched", "--type=json", "-p",
      '[{"op":"test","path":"/spec/replicas","value":0},{"op":"replace","path":"/spec/replicas","value":1}]')
    k("patch", "deployment", "patched", "--type=json", "-p", '[{"op":"test","path":"/spec/replicas","value":9}]',
      code=1).says("the server rejected our request due to an error in our request|^The request is invalid")
    k("patch", "deployment", "patched", "--type=bogus", "-p", "{}", code=1).says("--type must be one of")
    k("patch", "deployment", "patched", "-p", '{"spec":{"replicas":-1}}', code=1).says(
        "spec.replicas: Invalid value: -1: must be greater than or equal to 0")
    k("patch", "cm", "absent", "-p", "{}", code=1).says("NotFound")
    apply = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied"}, "data": {"a": "1"}}
    status, _ = k.server.api("PATCH", k.path("configmaps", "applied") + "?fieldManager=raw", apply,
                             "application/apply-patch+yaml")
    expect(status == 201, "apply by PATCH")


def edit_by_script(k):
    k("create", "-f", "-", stdin=config_map("edited", a="old"))
    editor = k.script("editor", 'sed -i "s/a: old/a: new/" "$1"\n')
    k("edit", "cm", "edited", env={"EDITOR": str(editor)}).has("^configmap/edited edited$")
    k("get", "cm", "edited", "-o", "jsonpath={.data.a}").has("^new$")
    k("edit", "cm", "edited", env={"EDITOR": str(editor)}).says("no changes made")
    invalid = k.script("invalid", 'grep -q "Invalid value\\|is invalid" "$1" && exit 1\nsed -i "s/replicas: 0/replicas: -3/" "$1"\n')
    k("create", "-f", "-", stdin=deployment("edited", replicas=0))
    k("edit", "deployment", "edited", code=1, env={"EDITOR": str(invalid)})
    k("get", "deployment", "edited", "-o", "jsonpath={.spec.replicas}").has("^0$")


def label_and_annotate(k):
    k("create", "-f", "-", stdin=config_map("marked"))
    k("label", "cm", "marked", "a=1", "b=2").has("^configmap/marked labeled$")
    k("label", "cm", "marked", "a=3", code=1).says("already has a value")
    k("label", "--overwrite", "cm", "marked", "a=3").has("labeled$")
    k("label", "cm", "marked", "b-").has("labeled$")
    k("annotate", "cm", "marked", "note=some words").has("^configmap/marked annotated$")
    meta = k("get", "cm", "marked", "-o", "json").json()["metadata"]
    expect(meta["labels"] == {"a": "3"} and meta["annotations"] == {"note": "some words"}, f"{meta}")
    k("label", "cm", "marked", "c=in valid", code=1).says("invalid")
    k("label", "cm", "--all", "everyone=yes").has("marked labeled")
    k("label", "cm", "marked", "--list").has("everyone=yes")
