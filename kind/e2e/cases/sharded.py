"""BGShardedCluster on real Citus: made from one resource, grown and shrunk under writes, deleted."""
import time

from e2e.registry import case
from e2e.sharded import DATABASE, Sharded
from e2e.world import Failure, expect, wait_until
from e2e.writer import Writer

# What the operator uses for sharded clusters alone.
RIGHTS = (("bgclusters", "create"), ("bgclusters", "delete"), ("bgshardedclusters", "patch"), ("bgshardedclusters/status", "update"))
OPERATION_RIGHTS = (("bgdbops", "create"), ("bgshardeddbops", "delete"), ("bgshardeddbops/status", "update"))


def wait_spread(sharded, groups, timeout=300):
    """Until exactly these groups hold shards of the table."""
    def spread():
        found = sharded.shards()
        if sorted(found) != groups:
            raise Failure(f"shards are on {found}; the status is {sharded.status().get('job')}")
        return found

    return wait_until(f"shards are on groups {groups}", spread, timeout, every=2)


@case("Citus: shards are added and removed under writes", both_patronis=True, rights=RIGHTS)
def grow_and_shrink(context):
    sharded = Sharded(context, shards=2).create()
    checksum = sharded.make_rows()
    expect(sorted(sharded.shards()) == [1, 2], f"the shards are on groups {sharded.shards()}")
    writer = Writer(sharded.coordinator, DATABASE).start()

    started = time.time()
    sharded.ask_for(3)
    wait_spread(sharded, [1, 2, 3])
    sharded.wait_ready()
    sharded.wait_registered()
    writer.wait_write_after(time.time())
    context.figure(f"a third shard had its share after {time.time() - started:.0f} s: {sharded.shards()}")
    sharded.expect_whole(checksum)

    started = time.time()
    leaving = sharded.ask_for(2)[0]
    sharded.wait_gone(leaving)
    sharded.wait_ready()
    sharded.wait_registered()
    context.figure(f"it was removed after {time.time() - started:.0f} s, writes paused for {writer.longest_gap(started):.1f} s at most")
    expect(sorted(sharded.shards()) == [1, 2], f"the shards are on groups {sharded.shards()}")
    expect(context.world.get("persistentvolumeclaims", f"pgdata-{leaving.name}-0") is not None, "its volume was to be retained")
    time.sleep(15)  # three loops of Patroni, which must not bring it back
    sharded.wait_registered()
    writer.wait_write_after(time.time())
    writer.stop()
    writer.expect_all(context)
    sharded.expect_whole(checksum)


@case("Citus: second thoughts about the removal of a shard")
def second_thoughts(context):
    sharded = Sharded(context, shards=2).create()
    checksum = sharded.make_rows()
    for moment in ("Draining", "Stopping", "Confirming"):
        sharded.ask_for(1)
        wait_until(f"the removal is at {moment}",
                   lambda: sharded.status().get("removal", {}).get("step") == moment, 240, every=0.2)
        sharded.ask_for(2)
        wait_until("the removal is given up", lambda: "removal" not in sharded.status(), 300, every=1)
        sharded.wait_ready()
        sharded.wait_registered()
        wait_spread(sharded, [1, 2])
        sharded.expect_whole(checksum)
        context.figure(f"{moment}: taken back")


@case("Citus: an operation restarts every group", rights=RIGHTS + OPERATION_RIGHTS)
def restarted(context):
    sharded = Sharded(context, shards=2).create()
    checksum = sharded.make_rows()
    started = {group.name: sharded.query("select pg_postmaster_start_time()", group) for group in sharded.all}
    name = f"{sharded.scope}-restart"
    sharded.world.apply({"apiVersion": "bestgres.io/v1", "kind": "BGShardedDbOps", "metadata": {"name": name},
                         "spec": {"bgShardedCluster": sharded.scope, "bgDbOpsSpec": {"op": "restart", "ttlAfterFinished": "5s"}}})

    def done():
        found = sharded.world.get("bgshardeddbops", name)
        status = (found or {}).get("status", {})
        if status.get("phase") != "Completed":
            raise Failure(f"{status.get('phase')} {status.get('step')}: {status.get('message')}")
        return status["groups"]

    groups = wait_until(f"{name} is Completed", done, 300, every=0.5)
    expect([group["name"] for group in groups] == [group.name for group in sharded.workers + [sharded.coordinator]],
           f"the groups were {[group['name'] for group in groups]}")
    for before, after in zip(groups, groups[1:]):
        expect(before["finished"] <= after["started"], f"{after['name']} began before {before['name']} had ended")
    for group in sharded.all:
        expect(sharded.query("select pg_postmaster_start_time()", group) != started[group.name], f"{group.name} was not restarted")
    sharded.wait_registered()
    sharded.expect_whole(checksum)
    wait_until(f"{name} is deleted after its time", lambda: sharded.world.get("bgshardeddbops", name) is None, 60)


@case("Citus: a sharded cluster is deleted in order")
def deleted(context):
    sharded = Sharded(context, shards=1, volumeSpec={"retention": {"whenDeleted": "Delete"}}).create()
    names = [group.name for group in sharded.all]
    context.world.delete("bgclusters", sharded.workers[0].name, "--wait=false")
    time.sleep(5)
    sharded.query("select 1", sharded.workers[0])  # a group is protected: it goes with the whole
    sharded.destroy()
    for name in names:
        expect(context.world.get("bgclusters", name) is None, f"BGCluster {name} is still there")
        expect(context.world.get("persistentvolumeclaims", f"pgdata-{name}-0") is None, f"a volume of {name} is still there")
    expect(context.world.get("secrets", sharded.scope) is None, "the Secret is still there")
