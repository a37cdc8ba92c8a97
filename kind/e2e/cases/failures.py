"""What one cluster survives: losses of containers, pods, volumes and of Patroni, with acknowledged writes counted."""
import concurrent.futures
import time

from e2e.acts import switch_over
from e2e.cluster import last_exit_code, restart_count
from e2e.probe import Probes, seconds_between_primaries
from e2e.registry import case
from e2e.world import Failure, expect, wait_until
from e2e.writer import Writer, sql

# A hand-over takes two to four seconds; on a machine that runs four cases at once it has been seen to take twice as long.
# Without one it takes ttl, 20 s.
HAND_OVER_SECONDS = 12


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
    context.figure(f"writes again after {outage:.1f} s")
    writer.stop()
    writer.expect_all(context)
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
    expect(outage < HAND_OVER_SECONDS, f"a clean hand-over took {outage:.1f} s")


@case("SIGTERM of the primary's container hands over cleanly", needs=("terminate_container",), both_patronis=True)
def terminate_container(context):
    cluster = context.cluster().create()
    before, timeline = cluster.leader(), cluster.timeline()
    outage = survive(context, cluster, lambda: context.world.hooks.terminate_container(before),
                     lambda: restart_count(cluster.pods()[before]) > 0 and cluster.leader() not in ("", before))
    expect(outage < HAND_OVER_SECONDS, f"a clean hand-over took {outage:.1f} s")
    expect(last_exit_code(cluster.pods()[before]) == 0, f"the container ended with {last_exit_code(cluster.pods()[before])}")
    expect(cluster.timeline() == timeline + 1, f"timeline {timeline} became {cluster.timeline()}: the hand-over was not one promotion")
    expect("running pg_rewind" not in context.world.kubectl("logs", before),
           "the former primary had to be rewound: its successor lacked some of its WAL")


@case("planned switchover", both_patronis=True)
def planned_switchover(context):
    cluster = context.cluster().create()
    cluster.wait_sync()
    candidate = cluster.sync_standbys()[0]
    outage = survive(context, cluster, lambda: switch_over(cluster, candidate), lambda: cluster.leader() == candidate)
    expect(outage < HAND_OVER_SECONDS, f"a switchover took {outage:.1f} s")


@case("a frozen Patroni leaves no second primary", needs=("freeze_patroni", "thaw_patroni"), both_patronis=True)
def frozen_patroni(context):
    cluster = context.cluster().create()
    writer = Writer(cluster).start()
    probes = Probes(cluster).start()
    cluster.wait_sync()
    frozen, instant = cluster.leader(), time.time()
    context.world.hooks.freeze_patroni(frozen)
    try:
        wait_until("another member leads", lambda: cluster.leader() not in ("", frozen), 60)
        heir = cluster.leader()
        writer.wait_write_after(time.time())
        context.figure(f"writes again after {writer.longest_gap(instant):.1f} s")
        time.sleep(5)  # long enough for a second primary to show itself
        expect("Postgres killed by the watchdog" in context.world.kubectl("logs", frozen), "the agent's watchdog did not act")
    finally:
        context.world.hooks.thaw_patroni(frozen)
    cluster.wait_ready()
    wait_until(f"{frozen} streams again", lambda: streams(cluster, frozen), 120)
    probes.stop()
    between = seconds_between_primaries(probes, frozen, heir)
    context.figure(f"{between:.1f} s between the two primaries")
    expect(between > 0, f"{frozen} and {heir} both took writes for {-between:.1f} s")
    writer.stop()
    writer.expect_all(context)


def streams(cluster, member):
    return sql(cluster, f"select count(*) from pg_stat_replication where application_name = '{member}' "
                        "and state = 'streaming'") == "1"


def freeze_initdb(context, members):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        return [name for name, frozen in zip(members, pool.map(context.world.hooks.freeze_initdb, members)) if frozen]


@case("kill during initdb", needs=("freeze_initdb", "kill_container"))
def kill_during_initdb(context):
    cluster = context.cluster(instances=2, patroni={"synchronous": "disabled"})
    context.world.apply(cluster.manifest())
    members = [f"{cluster.name}-{ordinal}" for ordinal in range(2)]
    begun = wait_until("initdb runs, and stands still", lambda: freeze_initdb(context, members), 90, every=0.02)
    # Killed whole: a Patroni that survives its initdb cleans up by itself.
    for name in begun:
        context.world.hooks.kill_container(name)
    started = time.monotonic()
    time.sleep(3)
    expect(cluster.annotations("config").get("initialize") == "", "no empty `initialize` was left: this repair is not the one meant")
    cluster.wait_ready(300)
    context.figure(f"repaired after {time.monotonic() - started:.0f} s")
    expect(sql(cluster, "select 1 + 1") == "2", "the repaired cluster does not answer")


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
    before = {pod["metadata"]["uid"] for pod in cluster.pods().values()}
    context.world.kubectl("delete", "pod", *cluster.pods(), "--wait=false", "--grace-period=1")
    # By uid: their successors have the same names within a second.
    wait_until("all members are gone",
               lambda: not before & {pod["metadata"]["uid"] for pod in cluster.pods().values()}, 60)
    cluster.wait_ready(300)
    expect(sql(cluster, "select count(*) from kept") == "1000", "rows are missing")
