"""get in all its forms, describe, explain, discovery."""
import json
import time

from objects import (budget, claim, config_map, deployment, job, labelled, lease, pod, service, stateful_set)
from world import expect, until


def get_prints_tables(k):
    k("create", "-f", "-", stdin=labelled(config_map("one", a="1", b="2"), tier="front"))
    k("create", "-f", "-", stdin=config_map("two"))
    k("get", "configmaps").has(r"^NAME +DATA +AGE$", r"^one +2 +\d+s$", r"^two +0 +\d+s$")
    k("get", "cm", "one", "--show-labels").has(r"LABELS", r"tier=front")
    k("get", "cm", "-L", "tier", "one").has(r"TIER", r"front$")
    k("get", "cm", "--no-headers", "one").lacks("NAME")
    k("get", "cm", "-l", "tier=front").has("^one").lacks("^two")
    k("get", "cm", "-l", "tier!=front").has("^two").lacks("^one")
    k("get", "cm", "-l", "tier in (front, back)").has("^one").lacks("^two")
    k("get", "cm", "--field-selector", "metadata.name=two").has("^two").lacks("^one")
    k("get", "cm", "-A").has(rf"^NAMESPACE +NAME", rf"^{k.namespace} +one")
    k("get", "cm,ns", namespace="default").has("^namespace/default", "kube-root-ca.crt")
    k("get", "cm", "--sort-by", "{.metadata.name}").has(r"(?s)one.*two")
    k("get", "cm", "--chunk-size=1").has("^one", "^two")


def get_prints_objects(k):
    k("create", "-f", "-", stdin=config_map("shown", a="1"))
    expect(k("get", "cm", "shown", "-o", "json").json()["data"] == {"a": "1"}, "the data are not those written")
    k("get", "cm", "shown", "-o", "yaml").has("^apiVersion: v1$", "^kind: ConfigMap$", "^  a: \"1\"$").lacks(*(["managedFields"] if k.minor > 20 else []))
    k("get", "cm", "shown", "-o", "name").has("^configmap/shown$")
    k("get", "cm", "shown", "-o", "jsonpath={.data.a}").has("^1$")
    k("get", "cm", "shown", "-o", "go-template={{.metadata.name}}").has("^shown$")
    k("get", "cm", "shown", "-o", "custom-columns=N:.metadata.name,A:.data.a").has("^N +A$", "^shown +1$")
    expect(k("get", "cm", "-o", "json").json()["kind"] == "List", "get -o json of many is no List")
    k("get", "cm", "shown", "-o", "yaml", "--show-managed-fields" if k.minor > 20 else "-v=0").has("name: shown")


def get_says_what_is_missing(k):
    k("get", "cm", "absent", code=1).says(r'^Error from server \(NotFound\): configmaps "absent" not found$')
    k("get", "cm", "absent", "--ignore-not-found").quiet()
    k("get", "nothings", code=1).says('the server doesn\'t have a resource type "nothings"')
    k("get", "pods", "-l", "none=such").says(rf"^No resources found in {k.namespace} namespace\.$")
    k("get", "pods", "-l", "a=(", code=1).says("unable to parse requirement|found '\\('")
    k("get", "pods", "--field-selector", "spec.bogus=1", code=1).says(r"BadRequest", "field label not supported: spec.bogus")


def get_wide_of_workloads(k):
    k("create", "-f", "-", stdin=deployment("wide"))
    until(lambda: k("get", "pods", "-l", "app=wide", "-o", "name").out, "the Deployment's pod")
    k("get", "deployments", "wide", "-o", "wide").has(r"CONTAINERS +IMAGES +SELECTOR", r"wide +0/1 +1 +0 +\d+s +main +nginx:1 +app=wide")
    k("get", "rs", "-l", "app=wide", "-o", "wide").has("DESIRED +CURRENT +READY")
    k("get", "pods", "-l", "app=wide", "-o", "wide").has("NOMINATED NODE +READINESS GATES", r"wide-\w+-\w+ +0/1 +Pending +0")
    k("create", "-f", "-", stdin=service("wide"))
    k("get", "svc", "wide", "-o", "wide").has(r"^wide +ClusterIP +10\.96\.\d+\.\d+ +<none> +80/TCP +\d+s +app=wide")
    k("get", "all").has("^pod/wide", "^deployment.apps/wide", "^replicaset.apps/wide")


def watch_tells_changes(k):
    k("create", "-f", "-", stdin=config_map("watched"))
    process = k.start("get", "cm", "watched", "-w", "-o", "jsonpath={.data.x};", "--request-timeout=8s")
    table = k.start("get", "cm", "-w", "--request-timeout=8s", "--field-selector", "metadata.name=watched")
    for value in ("1", "2"):
        time.sleep(1.5)
        k("patch", "cm", "watched", "--type=merge", "-p", json.dumps({"data": {"x": value}}))
    out = k.finish(process, "get -w", code=process_code(process))
    out.has("2;")
    k.finish(table, "get -w", code=process_code(table)).has("^NAME +DATA", r"watched +1")


def process_code(process):
    """Whether the end of --request-timeout is a failure differs between versions."""
    process.wait(40)
    return process.returncode


def describe_every_kind(k):
    things = {"pod": pod("seen"), "service": service("seen"), "persistentvolumeclaim": claim("seen"),
              "statefulset": stateful_set("seen"), "deployment": deployment("seen"), "job": job("seen"),
              "configmap": config_map("seen", key="value"), "poddisruptionbudget": budget("seen"),
              "lease": lease("seen")}
    for thing in things.values():
        k("create", "-f", "-", stdin=thing)
    k("create", "secret", "generic", "seen", "--from-literal=password=hidden")
    for kind in [*things, "secret"]:
        if kind == "poddisruptionbudget" and k.minor < 21:
            continue  # describes policy/v1beta1 alone
        k("describe", kind, "seen").has("^Name: +seen$").lacks("hidden")
    k("describe", "configmap", "seen").has("^key:$", "^value$")
    k("describe", "secret", "seen").has(r"password: +6 bytes")
    k("describe", "deployment", "seen").has(r"Replicas: +1 desired", "StrategyType: +RollingUpdate")
    k("describe", "statefulset", "seen").has("Pods Status")
    k("describe", "ns", k.namespace, namespace="").has("Status: +Active")
    k("describe", "sa", "default").has("^Name: +default$")
    k("describe", "crd", "bgclusters.bestgres.io").has("^Kind: +CustomResourceDefinition$")
    k("describe", "nodes")
    k("describe", "clusterrole", "cluster-admin").has(r"\*\.\* +\[\] +\[\] +\[\*\]")


def events_of_an_object(k):
    k("create", "-f", "-", stdin=deployment("told"))
    until(lambda: "Scaled" in k("describe", "deployment", "told").out, "the event in describe")
    k("get", "events").has("LAST SEEN +TYPE +REASON +OBJECT +MESSAGE", "ScalingReplicaSet +deployment/told")
    k("get", "events", "--field-selector", "involvedObject.name=told").has("told")
    if k.minor >= 26:
        k("events", "--for", "deployment/told").has("ScalingReplicaSet")


def discovery(k):
    k("api-resources", namespace="").has("^configmaps +cm +v1 +true +ConfigMap$" if k.minor > 19 else "configmaps",
                                         "^bgclusters +bgclu +bestgres.io/v1 +true +BGCluster$",
                                         "^statefulsets +sts +apps/v1 +true +StatefulSet$")
    k("api-resources", "--namespaced=false", "-o", "name", namespace="").has("^nodes$").lacks("^pods$")
    k("api-resources", "--api-group=bestgres.io", "--verbs=list,get", namespace="").has("bgclusters")
    k("api-versions", namespace="").has("^v1$", "^apps/v1$", "^bestgres.io/v1$", "^batch/v1$")
    k("version", "-o", "json", namespace="").has('"serverVersion"', '"gitVersion": "v1')
    k("cluster-info", namespace="").has("control plane.* is running at .*https://127.0.0.1")
    expect(k("get", "--raw", "/api/v1/namespaces/default", namespace="").json()["kind"] == "Namespace", "get --raw")
    k("get", "--raw", "/healthz", namespace="").has("^ok")
    k("get", "--raw", "/readyz", namespace="").has("^ok")
    k("get", "--raw", "/nowhere", namespace="", code=1).says("NotFound|could not find")
    k("top", "pods", code=1).says("Metrics API not available")


def explain(k):
    k("explain", "pod", namespace="").has(r"KIND: +Pod", r"VERSION: +v1", "spec")
    k("explain", "statefulset.spec.updateStrategy", namespace="").has("rollingUpdate", "type")
    k("explain", "bgcluster", namespace="").has(r"KIND: +BGCluster", "spec")
    k("explain", "bgcluster.spec.volumeSpec", namespace="").has("persistentVolumeSize")
    k("explain", "pod", "--recursive", namespace="").has("containers")
    k("explain", "pod.spec.bogus", namespace="", code=1).says('field "bogus" does not exist')
