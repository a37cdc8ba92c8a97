"""What survives which loss, with acknowledged writes counted."""
import time

from e2e.cases.lifecycle import roll, switch_over
from e2e.cluster import restart_count
from e2e.registry import case
from e2e.world import Failure, expect, wait_until
from e2e.writer import Writer, sql


def survive(context, cluster, hurt, took_effect):
    """Runs `hurt` under a writer, waits until it took effect and is overcome, and checks that no acknowledged row is lost."""
    writer = Writer(cluster).start()
    cluster.wait_sync()
    instant = time.time()
    hurt()
    wait_until("the fault takes effect", took_effect, 120)
    writer.wait_write_after(time.time(), 120)
    cluster.wait_ready()
    writer.wait_write_after(time.time())
    outage = writer.longest_gap(instant)
    writer.stop()
    missing, unknown, total = writer.missing()
    context.figure(f"writes again after {outage:.1f} s, {total} rows acknowledged, {unknown} unknown")
    expect(not missing, f"{len(missing)} of {total} acknowledged rows are missing: {missing[:5]}")
    return outage


@case("kill -9 of the primary's container", needs=("kill_container",), both_patronis=True)
def kill_container(context):
    cluster = context.cluster().create()
    killed = cluster.leader()
    before = restart_count(cluster.pods()[killed])
    outage = survive(context, cluster, lambda: context.world.hooks.kill_container(killed),
                     lambda: restart_count(cluster.pods()[killed]) > before)
    expect(outage > 0.5, f"a killed primary was missed for {outage:.1f} s only: was it the primary that died?")


@case("deletion of the primary's pod hands over", both_patronis=True)
def delete_pod(context):
    cluster = context.cluster().create()
    before = cluster.leader()
    uid = cluster.pods()[before]["metadata"]["uid"]
    outage = survive(context, cluster, lambda: context.world.kubectl("delete", "pod", before, "--wait=false"),
                     lambda: cluster.pods().get(before, {"metadata": {"uid": uid}})["metadata"]["uid"] != uid)
    expect(cluster.leader() != before, "the leader did not move")
    expect(outage < 15, f"a clean hand-over took {outage:.1f} s")


@case("planned switchover", both_patronis=True)
def planned_switchover(context):
    cluster = context.cluster().create()
    cluster.wait_sync()
    candidate = cluster.sync_standbys()[0]
    survive(context, cluster, lambda: switch_over(cluster, candidate), lambda: cluster.leader() == candidate)


@case("kill during initdb", needs=("find_processes", "kill_container"))
def kill_during_initdb(context):
    cluster = context.cluster(instances=2, patroni={"synchronous": "disabled"})
    context.world.apply(cluster.manifest())
    members = [f"{cluster.name}-{ordinal}" for ordinal in range(2)]
    wait_until("initdb runs", lambda: any(context.world.hooks.find_processes(name, "/initdb") for name in members), 90, every=0.02)
    for name in members:  # at once and whole: a Patroni that survives its initdb cleans up by itself
        if context.world.hooks.find_processes(name, "/initdb"):
            context.world.hooks.kill_container(name)
    started = time.monotonic()
    time.sleep(3)
    expect(cluster.annotations("config").get("initialize") == "", "no empty `initialize` was left: this repair is not the one meant")
    cluster.wait_ready(300)
    context.figure(f"repaired after {time.monotonic() - started:.0f} s")


@case("the operator is stopped during a failover")
def without_operator(context):
    cluster = context.cluster().create()
    cluster.wait_sync()
    writer = Writer(cluster).start()
    before, instant = cluster.leader(), time.time()
    scale_operator(context.world, 0)
    try:
        context.world.kubectl("delete", "pod", before, "--wait=false")
        wait_until("another member leads", lambda: cluster.leader() not in ("", before), 60)
        writer.wait_write_after(time.time())
        outage = writer.longest_gap(instant)
    finally:
        scale_operator(context.world, 1)
    cluster.wait_ready()
    writer.stop()
    missing, unknown, total = writer.missing()
    context.figure(f"writes again after {outage:.1f} s without the operator, {total} acknowledged, {unknown} unknown")
    expect(not missing, f"{len(missing)} acknowledged rows are missing")


def scale_operator(world, replicas):
    world.kubectl("scale", "deployment", "bestgres-operator", f"--replicas={replicas}")
    selector = "app.kubernetes.io/name=bestgres-operator"
    wait_until(f"{replicas} operator pods run",
               lambda: sum(pod["status"].get("phase") == "Running" for pod in world.list("pods", selector)) == replicas
               and len(world.list("pods", selector)) == replicas, 90)


def node_of(cluster, member):
    return cluster.pods()[member]["spec"]["nodeName"]


def operator_node(world):
    pods = world.list("pods", "app.kubernetes.io/name=bestgres-operator")
    return next((pod["spec"].get("nodeName") for pod in pods), None)


@case("loss of the primary's node", alone=True, needs=("lose_node", "return_node"), both_patronis=True)
def node_loss(context):
    cluster = context.cluster().create()
    writer = Writer(cluster)
    writer.start()
    cluster.wait_sync()
    # The client must outlive the node: the primary moves away from it first where they share one.
    client_node = context.world.get("pod", writer.name)["spec"]["nodeName"]
    if node_of(cluster, cluster.leader()) == client_node:
        switch_over(cluster, next(name for name in cluster.sync_standbys() if node_of(cluster, name) != client_node))
        cluster.wait_ready()
        cluster.wait_sync()
    lost, before, instant = node_of(cluster, cluster.leader()), cluster.leader(), time.time()
    context.world.hooks.lose_node(lost)
    try:
        wait_until("another member leads", lambda: cluster.leader() not in ("", before), 120)
        writer.wait_write_after(time.time())
        outage = writer.longest_gap(instant)
        time.sleep(max(0.0, instant + 60 - time.time()))
    finally:
        context.world.hooks.return_node(lost)
    cluster.wait_ready(300)
    writer.stop()
    missing, unknown, total = writer.missing()
    context.figure(f"writes again after {outage:.1f} s, {total} rows acknowledged, {unknown} unknown")
    expect(not missing, f"{len(missing)} of {total} acknowledged rows are missing")


@case("API server stopped for a minute with failsafe", alone=True, needs=("stop_api_server", "start_api_server"))
def api_outage(context):
    cluster = context.cluster(patroni={"failsafe": True}).create()
    cluster.wait_sync()
    writer = Writer(cluster).start()
    time.sleep(12)  # one renewal writes the list of members that failsafe mode asks
    instant = time.time()
    context.world.hooks.stop_api_server()
    try:
        time.sleep(60)
    finally:
        context.world.hooks.start_api_server()
    wait_until("the API server answers", lambda: cluster.get(), 60)
    writer.wait_write_after(instant + 61)
    gap = writer.longest_gap(instant)
    cluster.wait_ready()
    writer.stop()
    missing, unknown, total = writer.missing()
    context.figure(f"longest gap between writes {gap:.1f} s, {total} acknowledged, {unknown} unknown")
    expect(gap < 5, f"writes stood still for {gap:.1f} s")
    expect(not missing, f"{len(missing)} acknowledged rows are missing")


@case("an invalid edit, an operator restart, then a node loss", alone=True, needs=("lose_node", "return_node"))
def invalid_edit(context):
    cluster = context.cluster().create()
    cluster.wait_sync()
    refused = context.world.kubectl("patch", "bgclusters", cluster.name, "--type=merge", "-p",
                                    '{"spec":{"instances":-1}}', check=False)
    expect(refused.returncode != 0 and "spec.instances" in refused.stderr,
           f"the API server accepted instances: -1: {refused.stderr}")
    cluster.edit(postgresql={"parameters": {"listen_addresses": "0.0.0.0"}})
    wait_until("SpecValid is False", lambda: cluster.condition("SpecValid").get("status") == "False", 60)
    message = cluster.condition("SpecValid")["message"]
    expect("listen_addresses" in message, f"the condition does not name the field: {message}")
    scale_operator(context.world, 0)
    scale_operator(context.world, 1)
    lost = node_of(cluster, cluster.leader())
    before = cluster.leader()
    context.world.hooks.lose_node(lost)
    try:
        wait_until("another member leads", lambda: cluster.leader() not in ("", before), 120)
    finally:
        context.world.hooks.return_node(lost)
    wait_until("three members are ready again", lambda: len(cluster.ready_pods()) == 3, 300)
    expect(cluster.condition("SpecValid").get("status") == "False", "SpecValid was forgotten")
    context.figure(message)


@case("a roll from Patroni 3.0 to 4.1 keeps the Service", needs=("patroni_3_image", "patroni_4_image"))
def patroni_upgrade(context):
    cluster = context.cluster(image_tag=context.world.hooks.patroni_3_image).create()
    cluster.wait_sync()
    writer = Writer(cluster).start()
    started = time.time()
    most_down, switchovers = roll(context, cluster, context.world.hooks.patroni_4_image)
    gap = writer.longest_gap(started)
    context.figure(f"longest write outage {gap:.1f} s")
    expect(most_down <= 1, f"{most_down} members were down at once")
    expect(gap < 20, f"the Service was without a primary for {gap:.1f} s")
    writer.stop()
    missing, unknown, total = writer.missing()
    expect(not missing, f"{len(missing)} of {total} acknowledged rows are missing ({unknown} unknown)")


@case("a member whose volume is gone is copied anew")
def lost_volume(context):
    cluster = context.cluster(instances=2, patroni={"synchronous": "disabled"}).create()
    sql(cluster, "create table kept as select generate_series(1, 1000) as id")
    replica = next(name for name in cluster.pods() if name != cluster.leader())
    uid = context.world.get("persistentvolumeclaims", f"pgdata-{replica}")["metadata"]["uid"]
    context.world.kubectl("delete", "persistentvolumeclaim", f"pgdata-{replica}", "--wait=false")
    context.world.kubectl("delete", "pod", replica, "--wait=true")

    def replaced():
        claim = context.world.get("persistentvolumeclaims", f"pgdata-{replica}")
        if claim is None or claim["metadata"]["uid"] == uid:
            raise Failure("the claim was not replaced")
        return True

    wait_until("the claim is new", replaced, 120)
    cluster.wait_ready(240)
    expect(sql(cluster, "select count(*) from kept", service=f"{cluster.name}-repl") == "1000", "the copy lacks rows")


@case("a full outage restarts by itself")
def full_outage(context):
    cluster = context.cluster().create()
    sql(cluster, "create table kept as select generate_series(1, 1000) as id")
    context.world.kubectl("delete", "pod", *cluster.pods(), "--wait=true", "--grace-period=1", timeout=180)
    cluster.wait_ready(300)
    expect(sql(cluster, "select count(*) from kept") == "1000", "rows are missing")
