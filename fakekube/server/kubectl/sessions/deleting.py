"""delete with every cascade, waiting and grace; wait."""
import time

from objects import config_map, deployment, labelled, pod, stateful_set
from world import expect, until


def delete_forms(k):
    for name in ("d1", "d2", "d3", "d4"):
        k("create", "-f", "-", stdin=labelled(config_map(name), group="doomed" if name > "d2" else "other"))
    k("delete", "cm", "d1").has('^configmap "d1" deleted')
    k("delete", "cm", "d1", code=1).says(r'\(NotFound\): configmaps "d1" not found')
    k("delete", "cm", "d1", "--ignore-not-found").quiet()
    k("delete", "cm/d2", "-o", "name").has("^configmap/d2$")
    k("delete", "cm", "-l", "group=doomed", "--dry-run=server").has("dry run")
    k("delete", "cm", "-l", "group=doomed").has('"d3" deleted', '"d4" deleted')
    path = k.file("gone.json", config_map("from-file"))
    k("create", "-f", path)
    k("delete", "-f", path).has('"from-file" deleted')
    k("create", "-f", path)
    k("delete", "cm", "--all").has('"from-file" deleted')
    k("delete", "cm", code=1).says("resource\\(s\\) were provided, but no name")


def cascades(k):
    orphan, background = ("orphan", "background") if k.minor >= 20 else ("false", "true")
    k("create", "-f", "-", stdin=deployment("left"))
    until(lambda: pods(k, "left"), "the pod")
    k("delete", "deployment", "left", f"--cascade={orphan}").has("deleted")
    time.sleep(1)
    expect(pods(k, "left") and k("get", "rs", "-l", "app=left", "-o", "name").out, "orphans went with their owner")
    k("delete", "rs", "-l", "app=left", f"--cascade={background}")
    until(lambda: not pods(k, "left"), "the dependents to go")
    k("create", "-f", "-", stdin=deployment("front"))
    until(lambda: pods(k, "front"), "the pod")
    k("delete", "deployment", "front", *(["--cascade=foreground"] if k.minor >= 20 else []))
    until(lambda: not k("get", "rs,pods", "-l", "app=front", "-o", "name").out, "the foreground deletion")
    k("create", "-f", "-", stdin=stateful_set("set"))
    until(lambda: pods(k, "set"), "the pod")
    k("delete", "sts", "set", f"--cascade={orphan}")
    expect(pods(k, "set") == ["pod/set-0"], "the orphaned pod is gone")
    k("delete", "pod", "set-0", "--grace-period=0", "--force").says("does not wait for confirmation")


def pods(k, app):
    return k("get", "pods", "-l", f"app={app}", "-o", "name").out.split()


def graceful_deletion(k):
    """A bound pod stays until its kubelet lets it go: here nobody does."""
    # A node of its own: pods of a node that has been missing for long are collected.
    k("create", "-f", "-", stdin=pod("bound", nodeName="nowhere-" + k.namespace))
    k("delete", "pod", "bound", "--wait=false", "--grace-period=20").has("deleted")
    k("get", "pod", "bound").has("Terminating")
    expect(k("get", "pod", "bound", "-o", "jsonpath={.metadata.deletionGracePeriodSeconds}").out == "20", "the grace period")
    process = k.start("delete", "pod", "bound")
    waiting = k.start("wait", "pod/bound", "--for=delete", "--timeout=40s")
    time.sleep(1.5)
    expect(process.poll() is None, "delete did not wait for the pod to go")
    k("delete", "pod", "bound", "--now", "--wait=false")
    k("delete", "pod", "bound", "--grace-period=0", "--force")
    k.finish(process, "delete pod").has('pod "bound" deleted')
    k.finish(waiting, "wait --for=delete").has("condition met|deleted")


def finalizers_hold(k):
    held = config_map("held")
    held["metadata"]["finalizers"] = ["example.com/hold"]
    k("create", "-f", "-", stdin=held)
    k("delete", "cm", "held", "--wait=false").has("deleted")
    k("get", "cm", "held")
    k("delete", "cm", "held", "--timeout=1s", code=1).says("timed out waiting for the condition")
    k("patch", "cm", "held", "--type=json", "-p", '[{"op":"remove","path":"/metadata/finalizers"}]')
    k("get", "cm", "held", code=1)


def wait_for_conditions(k):
    k("create", "-f", "-", stdin=pod("waited"))
    k("wait", "pod/waited", "--for=condition=Ready", "--timeout=1s", code=1).says("timed out waiting for the condition on pods/waited")
    process = k.start("wait", "pod/waited", "--for=condition=Ready", "--timeout=40s")
    k.server.api("PATCH", k.path("pods", "waited/status"),
                 {"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}})
    k.finish(process, "wait").has("^pod/waited condition met$")
    k("wait", "pod", "-l", "app=waited", "--for=condition=Ready").has("condition met")
    if k.minor >= 23:
        k("wait", "pod/waited", "--for=jsonpath={.status.phase}=Running", "--timeout=5s").has("condition met")
    k("wait", "pod/absent", "--for=condition=Ready", "--timeout=1s", code=1).says("NotFound")
    k("wait", "pod/absent", "--for=delete", "--timeout=1s", code=0 if k.minor >= 24 else 1)
