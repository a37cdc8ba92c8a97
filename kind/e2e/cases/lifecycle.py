"""Creation, scaling, growth, pause, deletion."""
import json
import pathlib
import subprocess
import tempfile
import time

from e2e.acts import switch_over
from e2e.registry import case
from e2e.world import Failure, Skipped, expect, wait_until
from e2e.writer import Writer, sql


@case("create a single member", both_patronis=True)
def create_single(context):
    started = time.monotonic()
    cluster = context.cluster(instances=1, patroni={"synchronous": "disabled"}).create()
    context.figure(f"ready after {time.monotonic() - started:.1f} s")
    expect(sql(cluster, "select 1 + 1") == "2", "the primary Service does not answer")


@case("create three members", both_patronis=True)
def create_three(context):
    cluster = context.cluster().create()
    cluster.wait_sync()
    standbys = sql(cluster, "select count(*) from pg_stat_replication where state = 'streaming'")
    expect(standbys == "2", f"{standbys} standbys stream instead of 2")
    status = cluster.status()
    expect(status["primary"] == cluster.leader(), f"status.primary {status['primary']} is not the leader {cluster.leader()}")
    roles = sorted(member["role"] for member in status["members"])
    expect(roles == ["primary", "replica", "synchronous"], f"status lists {roles}")
    expect(sql(cluster, "select pg_is_in_recovery()", service=f"{cluster.name}-repl") == "True",
           "the replica Service does not lead to a replica")


@case("bootstrap SQL runs once")
def bootstrap_sql(context):
    cluster = context.cluster(instances=1, patroni={"synchronous": "disabled"}, bootstrap={"sql": [
        "create table seeds (id int)", "insert into seeds values (1)"]}).create()
    wait_until("the bootstrap SQL has run", lambda: sql(cluster, "select count(*) from seeds") == "1", 60)
    cluster.world.kubectl("delete", "pod", f"{cluster.name}-0", "--wait=true")
    cluster.wait_ready()
    expect(sql(cluster, "select count(*) from seeds") == "1", "the bootstrap SQL ran again")


@case("scale from one to three to two")
def scale(context):
    cluster = context.cluster(instances=1, patroni={"synchronous": "disabled"}).create()
    sql(cluster, "create table kept as select generate_series(1, 1000) as id")
    cluster.edit(instances=3)
    cluster.wait_ready()
    leader = cluster.leader()
    cluster.edit(instances=2)
    cluster.wait_ready()
    wait_until("the third member is gone", lambda: len(cluster.pods()) == 2)
    expect(sorted(cluster.pods()) == [f"{cluster.name}-0", f"{cluster.name}-1"], f"the pods are {sorted(cluster.pods())}")
    context.figure(f"leader {leader} -> {cluster.leader()}")
    expect(sql(cluster, "select count(*) from kept") == "1000", "rows are missing")
    standbys = sql(cluster, "select count(*) from pg_stat_replication where state = 'streaming'")
    expect(standbys == "1", f"{standbys} standbys stream instead of 1")


@case("scale in moves the leader first")
def scale_in_leader(context):
    cluster = context.cluster(instances=2, patroni={"synchronous": "disabled"}).create()
    switch_over(cluster, f"{cluster.name}-1")
    cluster.wait_ready()
    writer = Writer(cluster).start()
    cluster.edit(instances=1)
    cluster.wait_ready()
    expect(cluster.leader() == f"{cluster.name}-0", f"the leader is {cluster.leader()}")
    writer.stop()
    writer.expect_all(context)


@case("delete and create again with retained volumes", both_patronis=True)
def recreate(context):
    cluster = context.cluster(instances=2, patroni={"synchronous": "disabled"},
                              volumeSpec={"retention": {"whenDeleted": "Retain"}}).create()
    identifier = "select system_identifier from pg_control_system()"
    system = sql(cluster, identifier)
    sql(cluster, "create table kept as select generate_series(1, 1000) as id")
    cluster.destroy()
    expect(cluster.world.get("statefulsets", cluster.name) is None, "the StatefulSet is still there")
    expect(not cluster.pods(), "pods are still there")
    claims = retained_claims(cluster)
    expect(len(claims) == 2, f"{len(claims)} claims were retained instead of 2")
    cluster.create()
    expect(sql(cluster, "select count(*) from kept") == "1000", "rows are missing")
    expect(sql(cluster, identifier) == system, "this is another database, not the one on the retained volumes")
    expect(retained_claims(cluster) == claims, "the claims are not the retained ones")


@case("a cluster that is made again leaves volumes alone whose passwords are others")
def recreate_with_another_secret(context):
    cluster = context.cluster(instances=1, patroni={"synchronous": "disabled"}).create()
    sql(cluster, "create table kept as select generate_series(1, 1000) as id")
    cluster.destroy()
    secret = context.world.get("secrets", cluster.name)
    own = {key: secret["metadata"][key] for key in ("name", "labels", "annotations")}
    for data, fits in ({**secret["data"], "superuser-password": "b3RoZXI="}, False), (secret["data"], True):
        context.world.delete("secrets", cluster.name)
        context.world.apply({"apiVersion": "v1", "kind": "Secret", "metadata": own, "data": data})
        context.world.apply(cluster.manifest())
        if not fits:
            wait_until("the status says what does not fit",
                       lambda: "its passwords are others" in cluster.condition("SpecValid").get("message", ""), 30)
            expect(not cluster.pods(), "a member was started")
    cluster.wait_ready()
    expect(sql(cluster, "select count(*) from kept") == "1000", "rows are missing")


def retained_claims(cluster):
    claims = cluster.world.list("persistentvolumeclaims", f"bestgres.io/cluster={cluster.name}")
    return {claim["metadata"]["name"]: claim["metadata"]["uid"] for claim in claims}


@case("delete removes the volumes where asked")
def delete_volumes(context):
    for cascade in ("background", "foreground", "orphan"):
        cluster = context.cluster(f"-{cascade[:2]}", instances=1, patroni={"synchronous": "disabled"},
                                  volumeSpec={"retention": {"whenDeleted": "Delete"}}).create()
        context.world.delete("bgclusters", cluster.name, f"--cascade={cascade}")
        for kind in ("statefulsets", "pods", "persistentvolumeclaims", "services", "configmaps"):
            wait_until(f"no {kind} are left after --cascade={cascade}",
                       lambda kind=kind: not context.world.list(kind, f"bestgres.io/cluster={cluster.name}"), 120)


@case("a protected cluster is deleted only when its name is repeated")
def deletion_protection(context):
    cluster = context.cluster(instances=2, deletionProtection=True).create()

    def confirm(name):
        context.world.kubectl("annotate", "bgcluster", cluster.name, f"bestgres.io/confirm-deletion={name}", "--overwrite")

    try:
        context.world.kubectl("delete", "bgcluster", cluster.name, "--cascade=foreground", "--wait=false")
        confirm("another")
        wait_until("the status says why it is held", lambda: held_deletion(cluster), 30)
        goes_on_while_held(context, cluster)
    finally:
        confirm(cluster.name)
    wait_until("the cluster is gone", lambda: context.world.get("bgclusters", cluster.name) is None, 120)
    expect(not cluster.pods(), "pods are still there")


@case("a held deletion is taken back", needs=("bestgres",))
def undelete(context):
    cluster = context.cluster(instances=2, deletionProtection=True).create()
    writer = Writer(cluster).start()
    before = cluster.get()["metadata"]["uid"], {name: pod["metadata"]["uid"] for name, pod in cluster.pods().items()}
    try:
        refused = bestgres(context, "undelete", cluster.name)
        expect(refused.returncode == 1 and "is not being deleted" in refused.stderr, f"undelete says {refused.stderr!r}")
        context.world.delete("bgcluster", cluster.name, "--wait=false")
        wait_until("the status says why it is held", lambda: held_deletion(cluster), 30)
        done = bestgres(context, "undelete", cluster.name)
        expect(done.returncode == 0, f"undelete says {done.stderr!r}")
        cluster.wait_ready()
        metadata = cluster.get()["metadata"]
        expect("deletionTimestamp" not in metadata and metadata["uid"] != before[0], "it is the resource that was deleted")
        wait_until("the operator holds it again", lambda: "bestgres.io/cluster" in cluster.get()["metadata"].get("finalizers", []), 30)
        cluster.edit(postgresql={"parameters": {"work_mem": "8MB"}})
        wait_until("it is managed", lambda: sql(cluster, "show work_mem") == "8MB", 60)
        expect({name: pod["metadata"]["uid"] for name, pod in cluster.pods().items()} == before[1], "a member was replaced")
        writer.stop()
        writer.expect_all(context)
    finally:
        cluster.edit(deletionProtection=False)


def bestgres(context, *words):
    with tempfile.TemporaryDirectory(prefix="undelete-") as directory:
        program = str(pathlib.Path(context.world.hooks.bestgres).resolve())
        return subprocess.run([program, *words, "--kubeconfig", context.world.kubeconfig, "--namespace",
                               context.world.namespace], cwd=directory, capture_output=True, text=True, timeout=120, check=False)


def goes_on_while_held(context, cluster):
    writer = Writer(cluster).start()
    cluster.wait_sync()
    context.world.kubectl("delete", "pod", cluster.leader())
    cluster.wait_ready()
    cluster.edit(instances=3)
    cluster.wait_ready()
    writer.stop()
    writer.expect_all(context)
    expect(len(cluster.pods()) == 3, "the cluster is not managed while its deletion is held")


def held_deletion(cluster):
    resource = cluster.world.get("bgclusters", cluster.name)
    return any(one["type"] == "DeletionHeld" and f"confirm-deletion={cluster.name}" in one["message"]
               for one in resource["status"]["conditions"])


@case("volumes of members that left are in quarantine", needs=("bestgres",))
def quarantine(context):
    def retention(time):
        return {"persistentVolumeSize": "1Gi", "retention": {"whenScaled": "Quarantine", "quarantine": time}}

    cluster = context.cluster(instances=3, patroni={"synchronous": "disabled"}, volumeSpec=retention("7d")).create()
    sql(cluster, "create table kept as select generate_series(1, 1000) as id")
    uids = retained_claims(cluster)
    second, third = (f"pgdata-{cluster.name}-{ordinal}" for ordinal in (1, 2))
    writer = Writer(cluster).start()
    cluster.edit(instances=2)
    wait_until("the third volume is in quarantine", lambda: quarantined(cluster) == {third}, 120)

    # Its member comes back on it, and leaves again together with another.
    cluster.edit(instances=3)
    cluster.wait_ready()
    wait_until("no volume is in quarantine", lambda: quarantined(cluster) == set(), 30)
    expect(retained_claims(cluster) == uids, "the member came back on another volume")
    cluster.edit(instances=1)
    wait_until("two volumes are in quarantine", lambda: quarantined(cluster) == {second, third}, 180)

    taken = bestgres(context, "undelete", cluster.name, "--member", f"{cluster.name}-1")
    expect(taken.returncode == 0 and f"{second} is kept" in taken.stdout, f"undelete says {taken.stdout!r} {taken.stderr!r}")
    context.figure(taken.stdout.strip())
    cluster.edit(volumeSpec=retention("1s"))
    wait_until("the other volume is gone", lambda: third not in retained_claims(cluster), 60)
    expect(quarantined(cluster) == set(), f"in quarantine: {quarantined(cluster)}")
    expect(retained_claims(cluster).get(second) == uids[second], "the volume that was taken back is gone")
    none = bestgres(context, "undelete", cluster.name)
    expect(none.returncode == 1 and "none of its volumes is in quarantine" in none.stderr, f"undelete says {none.stderr!r}")

    cluster.edit(instances=2)
    cluster.wait_ready()
    expect(retained_claims(cluster)[second] == uids[second], "the member came back on another volume")
    wait_until("the replica has the rows", lambda: sql(cluster, "select count(*) from kept", service=f"{cluster.name}-repl") == "1000", 60)
    writer.stop()
    writer.expect_all(context)


def quarantined(cluster):
    return {volume["name"] for volume in cluster.status()["volumes"] if volume["state"] == "Quarantined" and volume["until"]}


@case("hibernate and resume with the same data", both_patronis=True)
def hibernate(context):
    cluster = context.cluster(instances=3).create()
    cluster.wait_sync()
    identifier = "select system_identifier from pg_control_system()"
    system = sql(cluster, identifier)
    claims = retained_claims(cluster)
    writer = Writer(cluster).start()
    switch_over(cluster, cluster.sync_standbys()[0])
    cluster.edit(hibernate=True)
    wait_until("the cluster hibernates", lambda: cluster.status()["phase"] == "Hibernated", 180)
    writer.stop()
    expect(not cluster.pods(), "pods are still there")
    expect(retained_claims(cluster) == claims, "the claims are not the same")
    context.figure(cluster.condition("Hibernated")["message"])
    expect(last_to_lead(cluster) == f"{cluster.name}-0", f"{last_to_lead(cluster)} led last")
    cluster.edit(hibernate=False)
    cluster.wait_ready()
    expect(retained_claims(cluster) == claims, "the claims are not the same")
    expect(sql(cluster, identifier) == system, "this is another database")
    writer.expect_all(context)


def last_to_lead(cluster):
    return json.loads(cluster.annotations("config")["history"])[-1][-1]


@case("second thoughts about hibernation")
def hibernate_and_repent(context):
    cluster = context.cluster(instances=2, patroni={"synchronous": "disabled"}).create()
    writer = Writer(cluster).start()
    for replicas in (1, 0):
        cluster.edit(hibernate=True)
        wait_until(f"the StatefulSet asks for {replicas}", lambda replicas=replicas: asked_members(cluster) == replicas, 120)
        cluster.edit(hibernate=False)
        cluster.wait_ready()
        expect(len(cluster.pods()) == 2, f"{len(cluster.pods())} members are back")
    writer.stop()
    writer.expect_all(context)


def asked_members(cluster):
    return cluster.world.get("statefulsets", cluster.name)["spec"]["replicas"]


def volumes_can_grow(world):
    default = "storageclass.kubernetes.io/is-default-class"
    return any(one.get("allowVolumeExpansion") for one in world.list("storageclasses")
               if one["metadata"].get("annotations", {}).get(default) == "true")


@case("storage grows under running members")
def storage_growth(context):
    if not volumes_can_grow(context.world):
        raise Skipped("the default storage class does not let volumes grow")
    cluster = context.cluster(instances=2, patroni={"synchronous": "disabled"}).create()
    before = {name: pod["metadata"]["uid"] for name, pod in cluster.pods().items()}
    cluster.edit(volumeSpec={"persistentVolumeSize": "2Gi"})

    def grown():
        claims = context.world.list("persistentvolumeclaims", f"bestgres.io/cluster={cluster.name}")
        sizes = [claim["status"]["capacity"]["storage"] for claim in claims]
        stateful_set = context.world.get("statefulsets", cluster.name) or {"spec": {"volumeClaimTemplates": []}}
        templates = [one["spec"]["resources"]["requests"]["storage"] for one in stateful_set["spec"]["volumeClaimTemplates"]]
        if sizes != ["2Gi", "2Gi"] or templates != ["2Gi"]:
            raise Failure(f"claims have {sizes}, the template has {templates}")
        return True

    wait_until("claims and template have grown", grown, 120)
    cluster.wait_ready()
    expect({name: pod["metadata"]["uid"] for name, pod in cluster.pods().items()} == before, "a pod was replaced")


@case("pause leaves everything alone")
def pause(context):
    cluster = context.cluster(instances=1, patroni={"synchronous": "disabled"}).create()
    context.world.kubectl("annotate", "bgclusters", cluster.name, "bestgres.io/paused=true")
    cluster.edit(instances=2)
    time.sleep(8)
    expect(len(cluster.pods()) == 1, "the paused cluster was scaled")
    context.world.kubectl("annotate", "bgclusters", cluster.name, "bestgres.io/paused-")
    cluster.wait_ready()
