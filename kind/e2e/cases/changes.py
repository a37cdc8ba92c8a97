"""Changes of settings, images and Patroni under running clusters."""
import time

from e2e.acts import roll
from e2e.cluster import restart_count
from e2e.history import History
from e2e.registry import case
from e2e.world import Failure, expect, wait_until
from e2e.writer import Writer, sql


def restart_times(cluster, value):
    """When each member's PostgreSQL was last started, once `max_connections` is in force everywhere."""
    def in_force():
        if sql(cluster, "show max_connections") != value:
            raise Failure(f"max_connections is not {value} on the primary")
        pending = [member["name"] for member in cluster.status()["members"] if member.get("pendingRestart")]
        if pending:
            raise Failure(f"{pending} still wait for a restart")
        return True

    wait_until(f"max_connections = {value} is in force on the primary, and no member waits", in_force, 240, every=2)
    cluster.wait_ready()
    times = {}
    for name, pod in cluster.pods().items():
        row = sql(cluster, "select extract(epoch from pg_postmaster_start_time()), current_setting('max_connections')",
                  service=pod["status"]["podIP"]).split()
        expect(row[1] == value, f"max_connections is {row[1]} on {name} instead of {value}")
        times[name] = float(row[0])
    return times.pop(cluster.leader()), times


@case("a parameter change that needs a restart", both_patronis=True)
def parameter_restart(context):
    cluster = context.cluster().create()
    cluster.wait_sync()
    leader = cluster.leader()
    cluster.edit(postgresql={"parameters": {"max_connections": "70"}})
    primary, replicas = restart_times(cluster, "70")
    expect(max(replicas.values()) < primary, f"raised: the primary was restarted at {primary}, before replicas at {replicas}")
    cluster.edit(postgresql={"parameters": {"max_connections": "60"}})
    primary, replicas = restart_times(cluster, "60")
    expect(primary < min(replicas.values()), f"lowered: the primary was restarted at {primary}, after replicas at {replicas}")
    expect(cluster.leader() == leader, f"the leader moved from {leader} to {cluster.leader()}")
    expect(not any(restart_count(pod) for pod in cluster.pods().values()), "a container was restarted")


@case("a parameter change by reload")
def parameter_reload(context):
    cluster = context.cluster(instances=1, patroni={"synchronous": "disabled"}).create()
    before = restart_count(cluster.pods()[f"{cluster.name}-0"])
    started = sql(cluster, "select pg_postmaster_start_time()")
    cluster.edit(postgresql={"parameters": {"work_mem": "8MB"}})
    wait_until("work_mem is in force", lambda: sql(cluster, "show work_mem") == "8MB", 90, every=2)
    expect(restart_count(cluster.pods()[f"{cluster.name}-0"]) == before, "the container was restarted")
    expect(sql(cluster, "select pg_postmaster_start_time()") == started, "PostgreSQL was restarted")


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
    writer.expect_all()


@case("resources that no node has, and back")
def impossible_resources(context):
    cluster = context.cluster(instances=2).create()
    cluster.wait_sync()
    leader = cluster.leader()
    before = {name: pod["metadata"]["uid"] for name, pod in cluster.pods().items()}
    cluster.edit(resources={"requests": {"cpu": "4000"}})

    def waits_for_a_node():
        return any(pod["metadata"]["uid"] not in before.values() and not pod["spec"].get("nodeName")
                   for pod in cluster.pods().values())

    wait_until("a replaced pod finds no node", waits_for_a_node, 120)
    cluster.edit(resources={"requests": {"cpu": None}})
    wait_until("the pod without a node is replaced", lambda: not waits_for_a_node(), 60)
    cluster.wait_ready()
    expect(cluster.leader() == leader, f"the leader moved from {leader} to {cluster.leader()}")
    expect(cluster.pods()[leader]["metadata"]["uid"] == before[leader], "the leader's pod was replaced")


@case("a roll from Patroni 3.0 to 4.1 keeps the Service", needs=("patroni_3_image", "patroni_4_image"))
def patroni_upgrade(context):
    cluster = context.cluster(image_tag=context.world.hooks.patroni_3_image).create()
    cluster.wait_sync()
    context.note_what_ran()
    writer = Writer(cluster).start()
    services = History(context.world, "services", f"bestgres.io/cluster={cluster.name}")
    started = time.time()
    most_down, switchovers = roll(context, cluster, context.world.hooks.patroni_4_image)
    gap = writer.longest_gap(started)
    context.figure(f"longest write outage {gap:.1f} s")
    expect(most_down <= 1, f"{most_down} members were down at once")
    expect(switchovers == 1, f"{switchovers} switchovers instead of 1")
    expect(gap < 15, f"the Service was without a primary for {gap:.1f} s")
    expect(all(one.type == "ADDED" for one in services.stop()), "a Service was changed")
    labels = {name: pod["metadata"]["labels"].get("bestgres.io/role") for name, pod in cluster.pods().items()}
    expect(labels[cluster.leader()] == "master" and sorted(labels.values()) == ["master", "replica", "replica"],
           f"the role labels are {labels}")
    versions = {member.get("patroni", "") for member in cluster.status()["members"]}
    expect(all(version.startswith("4.") for version in versions), f"the members run Patroni {versions}")
    writer.stop()
    writer.expect_all()
