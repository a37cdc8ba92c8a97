"""What all clusters of a world survive: the operator, a node or the API server gone. They run alone."""
import time

from e2e.acts import node_of, scale_operator, switch_over
from e2e.registry import case
from e2e.world import expect, wait_until
from e2e.writer import Writer, sql


@case("a failover and a hand-over while the operator is stopped", alone=True)
def without_operator(context):
    cluster = context.cluster().create()
    writer = Writer(cluster).start()
    cluster.wait_sync()
    scale_operator(context.world, 0)
    try:
        fail_over_frozen(context, cluster, writer)
        hand_over_deleted(context, cluster, writer)
        wait_until("three members are ready, with nobody's help", lambda: len(cluster.ready_pods()) == 3, 180)
        standbys = sql(cluster, "select count(*) from pg_stat_replication where state = 'streaming'")
        expect(standbys == "2", f"{standbys} standbys stream instead of 2")
    finally:
        scale_operator(context.world, 1)
    cluster.wait_ready()
    writer.stop()
    writer.expect_all(context)


def fail_over_frozen(context, cluster, writer):
    """Freezes Patroni of the primary until its lock has run out, in worlds that can."""
    hooks = context.world.hooks
    if not hasattr(hooks, "freeze_patroni"):
        context.figure("*** no failover: this world cannot freeze a Patroni ***")
        return
    before, instant = cluster.leader(), time.time()
    hooks.freeze_patroni(before)
    try:
        wait_until("another member leads", lambda: cluster.leader() not in ("", before), 60)
        writer.wait_write_after(time.time())
    finally:
        hooks.thaw_patroni(before)
    context.figure(f"failover: writes again after {writer.longest_gap(instant):.1f} s")
    wait_until(f"{before} is ready again", lambda: before in cluster.ready_pods(), 120)
    cluster.wait_sync()


def hand_over_deleted(context, cluster, writer):
    before, instant = cluster.leader(), time.time()
    uid = cluster.pods()[before]["metadata"]["uid"]
    context.world.kubectl("delete", "pod", before, "--wait=false")
    wait_until("another member leads", lambda: cluster.leader() not in ("", before), 60)
    writer.wait_write_after(time.time())
    context.figure(f"hand-over: {writer.longest_gap(instant):.1f} s")
    wait_until("the pod is another one",
               lambda: cluster.pods().get(before, {"metadata": {"uid": uid}})["metadata"]["uid"] != uid, 180)


@case("loss of the primary's node", alone=True, needs=("lose_node", "return_node"), both_patronis=True)
def node_loss(context):
    cluster = context.cluster().create()
    writer = Writer(cluster)
    writer.start()
    cluster.wait_sync()
    # The client must outlive the node: the primary moves away from it first where they share one.
    client_node = context.world.get("pods", writer.name)["spec"]["nodeName"]
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
    context.figure(f"writes again after {outage:.1f} s")
    # ttl is 20 s; who waits for the node controller to notice waits for twice as long.
    expect(outage < 35, f"writes stood still for {outage:.1f} s")
    cluster.wait_ready(300)
    expect(before in cluster.ready_pods(), f"{before} did not come back")
    writer.stop()
    writer.expect_all(context)


@case("API server stopped for a minute with failsafe", alone=True, needs=("stop_api_server", "start_api_server"))
def api_outage(context):
    cluster = context.cluster(patroni={"failsafe": True}).create()
    cluster.wait_sync()
    writer = Writer(cluster).start()
    time.sleep(12)  # one renewal writes the list of members that failsafe mode asks
    before, instant = (cluster.leader(), cluster.timeline()), time.time()
    context.world.hooks.stop_api_server()
    try:
        time.sleep(60)
    finally:
        context.world.hooks.start_api_server()
    wait_until("the API server answers", lambda: cluster.get(), 60)
    writer.wait_write_after(instant + 61)
    gap = writer.longest_gap(instant)
    cluster.wait_ready()
    context.figure(f"longest gap between writes {gap:.1f} s")
    expect(gap < 5, f"writes stood still for {gap:.1f} s")
    expect((cluster.leader(), cluster.timeline()) == before,
           f"leader and timeline {before} became {(cluster.leader(), cluster.timeline())}")
    writer.stop()
    writer.expect_all(context)


@case("an invalid edit, an operator restart, then a node loss", alone=True, needs=("lose_node", "return_node"))
def invalid_edit(context):
    cluster = context.cluster().create()
    cluster.wait_sync()
    refused = context.world.kubectl("patch", "bgclusters", cluster.name, "--type=merge", "-p",
                                    '{"spec":{"instances":-1}}', check=False)
    expect(refused.returncode != 0 and "spec.instances" in refused.stderr,
           f"the API server accepted instances: -1: {refused.stderr}")
    sql(cluster, "create table kept as select generate_series(1, 1000) as id")
    cluster.edit(postgresql={"parameters": {"listen_addresses": "0.0.0.0", "work_mem": "8MB"}})
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
    expect(sql(cluster, "select count(*) from kept") == "1000", "rows are missing")
    expect(sql(cluster, "show work_mem") == "4MB", "a part of the invalid edit is in force")
    cluster.edit(postgresql={"parameters": {"listen_addresses": None}})
    wait_until("the mended spec is in force", lambda: sql(cluster, "show work_mem") == "8MB", 90, every=2)
    cluster.wait_ready()
    expect(cluster.condition("SpecValid").get("status") == "True", "SpecValid did not recover")
    context.figure(message)
