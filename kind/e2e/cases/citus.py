"""Groups of a sharded cluster on real Citus: they find each other, and a failover in one is known to all."""
import time

from e2e.cluster import restart_count
from e2e.registry import case
from e2e.sharded import DATABASE, Groups, NodeWatch
from e2e.world import Failure, expect, wait_until
from e2e.writer import Writer

# From the fault until every node names the new leader. Patroni tells the coordinator by its REST API at once, or at the latest
# within a loop of 5 s; a killed primary comes back or is missed for ttl, 20 s; a machine that runs all groups is slower.
REGISTERED_SECONDS = 60


@case("Citus: groups find each other", both_patronis=True)
def groups(context):
    sharded = Groups(context, workers=2).create()
    checksum = sharded.make_rows()
    shards = sharded.shards()
    expect(sorted(shards) == [1, 2], f"the shards are on groups {shards}")
    context.figure(f"{shards[1]} and {shards[2]} shards")
    for worker in sharded.workers:
        expect(sharded.query("select count(*) from kept", worker) == "1000", f"{worker.name} does not answer for all")
    sharded.expect_whole(checksum)
    leader = sharded.coordinator.leader()
    context.world.kubectl("delete", "pod", leader, "--wait=true", timeout=120)
    sharded.coordinator.wait_ready()
    sharded.wait_registered()
    sharded.expect_whole(checksum)


def fail_over(context, sharded, group, hurt, took_effect):
    """Hurts a group under writes through the coordinator: no acknowledged row is lost, all nodes learn of the new leader."""
    checksum = sharded.make_rows()
    writer = Writer(sharded.coordinator, DATABASE).start()
    nodes = NodeWatch(sharded).start()
    instant = time.time()
    try:
        hurt()
        wait_until("the fault takes effect", took_effect, 120, every=0.2)
        group.wait_ready()
        leaders = sharded.leaders()
        seconds = wait_until("all nodes name the leaders", lambda: nodes.seconds_until(leaders, instant), REGISTERED_SECONDS)
    finally:
        nodes.stop()
    context.figure(f"every node named the leaders {seconds:.1f} s after the fault")
    expect(seconds < REGISTERED_SECONDS, f"it took {seconds:.1f} s until every node named the leaders")
    writer.wait_write_after(time.time(), 120)
    context.figure(f"longest pause of writes {writer.longest_gap(instant):.1f} s")
    writer.stop()
    writer.expect_all(context)
    sharded.expect_whole(checksum)


@case("Citus: a worker hands over", both_patronis=True)
def worker_hands_over(context):
    sharded = Groups(context, workers=2).create()
    worker = sharded.workers[0]
    before = worker.leader()
    fail_over(context, sharded, worker, lambda: context.world.kubectl("delete", "pod", before, "--wait=false"),
              lambda: worker.leader() not in ("", before))


@case("Citus: a worker's primary is killed", needs=("kill_container",))
def worker_is_killed(context):
    sharded = Groups(context, workers=2).create()
    worker = sharded.workers[1]
    killed = worker.leader()
    before = restart_count(worker.pods()[killed])
    fail_over(context, sharded, worker, lambda: context.world.hooks.kill_container(killed),
              lambda: restart_count(worker.pods()[killed]) > before)


@case("Citus: the coordinator hands over", both_patronis=True)
def coordinator_hands_over(context):
    sharded = Groups(context, workers=2).create()
    coordinator = sharded.coordinator
    before = coordinator.leader()
    fail_over(context, sharded, coordinator, lambda: context.world.kubectl("delete", "pod", before, "--wait=false"),
              lambda: coordinator.leader() not in ("", before))


@case("a cluster whose Patroni would take a group's objects is refused")
def names_taken(context):
    coordinator = context.cluster("-a", instances=1, patroni={"synchronous": "disabled"},
                                  citus={"scope": context.name, "group": 0, "database": DATABASE})
    plain = context.cluster("-0", instances=1, patroni={"synchronous": "disabled"})
    context.world.apply(coordinator.manifest())
    wait_until("the group is accepted", lambda: coordinator.condition("SpecValid").get("status") == "True", 60)
    context.world.apply(plain.manifest())

    def refused():
        condition = plain.condition("SpecValid")
        if condition.get("status") != "False" or f"BGCluster {coordinator.name}" not in condition.get("message", ""):
            raise Failure(f"SpecValid is {condition}")
        return True

    wait_until("the plain cluster is refused with the reason", refused, 60)
    expect(context.world.get("statefulsets", plain.name) is None, "the refused cluster has a StatefulSet")
    coordinator.destroy()
    for name in ("config", "leader", "failover", "sync"):
        context.world.delete("configmaps", f"{context.name}-0-{name}", "--ignore-not-found", check=False)
    wait_until("the plain cluster is accepted once the group is gone",
               lambda: plain.condition("SpecValid").get("status") == "True", 60)
