"""The operator is removed for good, by itself or with its namespace: nothing waits for it."""
from e2e.acts import documented_command, scale_operator
from e2e.cluster import Cluster
from e2e.registry import case
from e2e.world import World, expect, wait_until
from e2e.writer import Writer, sql

FINALIZER = "bestgres.io/cluster"


@case("the operator lets go of its clusters, which run on and are found again", alone=True)
def let_go(context):
    cluster = context.cluster(instances=2, patroni={"synchronous": "disabled"}).create()
    writer = Writer(cluster).start()
    pods = pod_uids(cluster)
    release(context)
    expect(FINALIZER not in finalizers(cluster), f"the finalizers are {finalizers(cluster)}")
    scale_operator(context.world, 0)
    try:
        cluster.destroy(timeout=20)
        expect(context.world.get("bgclusters", cluster.name) is None, "the resource waits for an operator that is gone")
        expect(pod_uids(cluster) == pods, "members went with the resource")
        by_hand(context, cluster)
    finally:
        scale_operator(context.world, 1)
    # The lease of what has released is that long.
    cluster.create(timeout=300)
    expect(FINALIZER in finalizers(cluster), "the operator does not hold the cluster again")
    writer.stop()
    writer.expect_all(context)
    expect(pod_uids(cluster) == pods, "a member was replaced")


def by_hand(context, cluster):
    """What was released in no other way: the command of the guide."""
    manifest = cluster.manifest()
    manifest["metadata"]["finalizers"] = [FINALIZER]
    context.world.apply(manifest)
    context.world.delete("bgclusters", cluster.name, "--wait=false")
    expect(context.world.get("bgclusters", cluster.name) is not None, "the finalizer holds nothing")
    documented_command(context.world, '"finalizers":null')
    wait_until("the resource is gone", lambda: context.world.get("bgclusters", cluster.name) is None, 20)
    expect(sql(cluster, "select 1 + 1") == "2", "the members do not answer")


@case("a namespace with an operator and a protected cluster in it is deleted and goes")
def namespace_goes(context):
    there = World(context.world.kubeconfig, context.name, context.world.kubectl_path)
    install_operator(context.world, there)
    cluster = Cluster(there, "db", context.image, instances=1, deletionProtection=True, patroni={"synchronous": "disabled"})
    try:
        cluster.create()
        expect(FINALIZER in finalizers(cluster), f"the finalizers are {finalizers(cluster)}")
        there.kubectl("delete", "namespace", there.namespace, "--wait=false")
        wait_until("the namespace is gone", lambda: there.get("namespaces", there.namespace) is None, 120)
    finally:
        if there.get("namespaces", there.namespace) is not None:
            there.kubectl("delete", "namespace", there.namespace, "--wait=false", check=False)
            there.delete("deployments", "bestgres-operator", "--ignore-not-found", check=False)
            documented_command(there, '"finalizers":null')


def install_operator(world, there):
    """One of its own in another namespace, as the one that runs was installed."""
    there.kubectl("create", "namespace", there.namespace)
    for kind in ("serviceaccounts", "roles", "rolebindings", "deployments"):
        found = world.get(kind, "bestgres-operator")
        found["metadata"] = {"name": found["metadata"]["name"]}
        found.pop("status", None)
        for subject in found.get("subjects", []):
            subject["namespace"] = there.namespace
        there.apply(found)


def release(context):
    """The chart's hook, with the image and the account of the operator that runs."""
    world = context.world
    template = world.get("deployments", "bestgres-operator")["spec"]["template"]["spec"]
    container = template["containers"][0]
    container = {"name": "release", "image": container["image"], "command": container["command"], "args": ["--release"],
                 "env": [one for one in container["env"] if one["name"] in ("WATCH_NAMESPACE", "POD_NAME")],
                 "securityContext": container["securityContext"]}
    world.apply({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "release"}, "spec": {
        "backoffLimit": 0, "template": {"spec": {
            "restartPolicy": "Never", "serviceAccountName": template["serviceAccountName"],
            "securityContext": template["securityContext"], "containers": [container]}}}})
    try:
        wait_until("the release is complete", lambda: world.get("jobs", "release")["status"].get("succeeded") == 1, 120)
    finally:
        world.delete("jobs", "release", "--wait=false")


def finalizers(cluster):
    return cluster.get()["metadata"].get("finalizers", [])


def pod_uids(cluster):
    return {name: pod["metadata"]["uid"] for name, pod in cluster.pods().items()}
