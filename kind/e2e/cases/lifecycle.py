"""Creation, scaling, changes of settings and images, deletion."""
import time

from e2e.cluster import is_ready, restart_count
from e2e.registry import case
from e2e.world import Failure, expect, wait_until
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
    expect(len(roles) == 3, f"status lists {roles}")
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
    expect(cluster.leader() in cluster.pods(), "the leader was removed")
    context.figure(f"leader {leader} -> {cluster.leader()}")
    expect(sql(cluster, "select count(*) from kept") == "1000", "rows are missing")


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
    missing, unknown, total = writer.missing()
    context.figure(f"{total} rows acknowledged, {unknown} unknown")
    expect(not missing, f"{len(missing)} acknowledged rows are missing")


@case("a parameter change that needs a restart", both_patronis=True)
def parameter_restart(context):
    cluster = context.cluster().create()
    cluster.wait_sync()
    cluster.edit(postgresql={"parameters": {"max_connections": "70"}})

    def in_force():
        if sql(cluster, "show max_connections") != "70":
            raise Failure("max_connections is not 70 on the primary")
        pending = [member["name"] for member in cluster.status()["members"] if member.get("pendingRestart")]
        if pending:
            raise Failure(f"{pending} still wait for a restart")
        return True

    wait_until("the new max_connections is in force everywhere", in_force, 240, every=2)
    cluster.wait_ready()


@case("a parameter change by reload")
def parameter_reload(context):
    cluster = context.cluster(instances=1, patroni={"synchronous": "disabled"}).create()
    before = restart_count(cluster.pods()[f"{cluster.name}-0"])
    started = sql(cluster, "select pg_postmaster_start_time()")
    cluster.edit(postgresql={"parameters": {"work_mem": "8MB"}})
    wait_until("work_mem is in force", lambda: sql(cluster, "show work_mem") == "8MB", 90, every=2)
    expect(restart_count(cluster.pods()[f"{cluster.name}-0"]) == before, "the container was restarted")
    expect(sql(cluster, "select pg_postmaster_start_time()") == started, "PostgreSQL was restarted")


def roll(context, cluster, image, timeout=420):
    """Changes the image and watches the roll: one member down at a time, and how often the leader changed."""
    leaders, most_down = [cluster.leader()], 0
    cluster.edit(image={"tag": image})

    def rolled():
        nonlocal most_down
        pods = cluster.pods()
        ready = [name for name, pod in pods.items() if is_ready(pod) and "deletionTimestamp" not in pod["metadata"]]
        most_down = max(most_down, cluster.spec["instances"] - len(ready))
        leader = cluster.leader()
        if leader and leader != leaders[-1]:
            leaders.append(leader)
        images = {pod["spec"]["containers"][0]["image"] for pod in pods.values()}
        if images != {image}:
            raise Failure(f"the pods run {sorted(images)}")
        return len(ready) == cluster.spec["instances"]

    wait_until(f"every pod runs {image}", rolled, timeout)
    cluster.wait_ready()
    context.figure(f"at most {most_down} down, {len(leaders) - 1} switchovers")
    return most_down, len(leaders) - 1


@case("an image change rolls one member at a time")
def image_roll(context):
    cluster = context.cluster().create()
    cluster.wait_sync()
    writer = Writer(cluster).start()
    started = time.time()
    most_down, switchovers = roll(context, cluster, context.other_image)
    expect(most_down <= 1, f"{most_down} members were down at once")
    expect(switchovers == 1, f"{switchovers} switchovers instead of 1")
    context.figure(f"longest write outage {writer.longest_gap(started):.1f} s")
    writer.stop()
    missing, unknown, total = writer.missing()
    expect(not missing, f"{len(missing)} of {total} acknowledged rows are missing ({unknown} unknown)")


@case("delete and create again with retained volumes", both_patronis=True)
def recreate(context):
    cluster = context.cluster(instances=2, patroni={"synchronous": "disabled"},
                              volumeSpec={"retention": {"whenDeleted": "Retain"}}).create()
    sql(cluster, "create table kept as select generate_series(1, 1000) as id")
    cluster.destroy()
    expect(cluster.world.get("statefulsets", cluster.name) is None, "the StatefulSet is still there")
    claims = cluster.world.list("persistentvolumeclaims", f"bestgres.io/cluster={cluster.name}")
    expect(len(claims) == 2, f"{len(claims)} claims were retained instead of 2")
    cluster.create()
    expect(sql(cluster, "select count(*) from kept") == "1000", "rows are missing")


@case("delete removes the volumes where asked")
def delete_volumes(context):
    for cascade in ("background", "foreground", "orphan"):
        cluster = context.cluster(f"-{cascade[:2]}", instances=1, patroni={"synchronous": "disabled"},
                                  volumeSpec={"retention": {"whenDeleted": "Delete"}}).create()
        context.world.delete("bgclusters", cluster.name, f"--cascade={cascade}")
        for kind in ("statefulsets", "pods", "persistentvolumeclaims", "services", "configmaps"):
            wait_until(f"no {kind} are left after --cascade={cascade}",
                       lambda kind=kind: not context.world.list(kind, f"bestgres.io/cluster={cluster.name}"), 120)


@case("storage grows under running members")
def storage_growth(context):
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


def switch_over(cluster, candidate):
    """A planned switchover as an administrator asks for it: Patroni's REST API with the credentials of the Secret."""
    from e2e.writer import pod_manifest
    script = r"""
import base64, json, os, urllib.request
body = json.dumps({"leader": os.environ["LEADER"], "candidate": os.environ["CANDIDATE"]}).encode()
request = urllib.request.Request(os.environ["URL"] + "/switchover", body, {"Content-Type": "application/json"})
credentials = base64.b64encode(("patroni:" + os.environ["PASSWORD"]).encode()).decode()
request.add_header("Authorization", "Basic " + credentials)
print("rows:")
print(urllib.request.urlopen(request, timeout=60).read().decode())
"""
    leader = cluster.leader()
    address = cluster.pods()[leader]["status"]["podIP"]
    name = f"{cluster.name}-switchover"
    cluster.world.apply(pod_manifest(name, cluster.spec["image"]["tag"], script, [
        {"name": "URL", "value": f"http://{address}:8008"}, {"name": "LEADER", "value": leader},
        {"name": "CANDIDATE", "value": candidate},
        {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": cluster.name, "key": "restapi-password"}}}]))
    wait_until(f"{candidate} leads", lambda: cluster.leader() == candidate, 60)
    cluster.world.delete("pod", name, "--wait=false", check=False)
