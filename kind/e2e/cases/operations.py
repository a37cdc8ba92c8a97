"""Operations that a user asks for by BGDbOps, and what their reports say."""
import time

from e2e.cluster import restart_count
from e2e.history import History, leaders, most_down
from e2e.registry import case
from e2e.world import Failure, expect, wait_until
from e2e.writer import Writer, sql


class Operation:
    """One BGDbOps on a cluster."""

    def __init__(self, cluster, suffix, **spec):
        self.world, self.name = cluster.world, f"{cluster.name}-{suffix}"
        self.world.apply({"apiVersion": "bestgres.io/v1", "kind": "BGDbOps", "metadata": {"name": self.name},
                          "spec": dict(spec, bgCluster=cluster.name)})

    def status(self):
        found = self.world.get("bgdbops", self.name)
        expect(found is not None, f"BGDbOps {self.name} does not exist")
        return found.get("status", {})

    def wait(self, phase, timeout=180):
        def reached():
            status = self.status()
            if status.get("phase") != phase:
                raise Failure(f"{status.get('phase')} {status.get('step')}: {status.get('message')}")
            return status

        return wait_until(f"{self.name} is {phase}", reached, timeout)

    def expect_steps(self, *lines):
        found = [f"{step['name']}: {step.get('result')}" for step in self.status()["steps"]]
        expect(found == list(lines), f"the journal of {self.name} says {found}")


def process_starts(cluster):
    return {name: sql(cluster, "select extract(epoch from pg_postmaster_start_time())", service=pod["status"]["podIP"])
            for name, pod in cluster.pods().items()}


def restarts_of_containers(cluster):
    return {name: (pod["metadata"]["uid"], restart_count(pod)) for name, pod in cluster.pods().items()}


@case("a switchover by BGDbOps", both_patronis=True)
def switchover(context):
    cluster = context.cluster().create()
    cluster.wait_sync()
    writer = Writer(cluster).start()
    leader, standby = cluster.leader(), cluster.sync_standbys()[0]
    started = time.time()
    over = Operation(cluster, "over", op="switchover", switchover={"target": standby})
    over.wait("Completed")
    context.figure(f"completed after {time.time() - started:.1f} s, longest write outage {writer.longest_gap(started):.1f} s")
    expect(cluster.leader() == standby, f"{cluster.leader()} leads instead of {standby}")
    over.expect_steps(f"switch over from {leader} to {standby}: Done")
    cluster.wait_ready()
    writer.wait_write_after(time.time())
    writer.stop()
    writer.expect_all(context)


@case("operations queue, end by their time and are cancelled by deletion")
def queue(context):
    cluster = context.cluster(instances=2).create()
    cluster.wait_sync()
    leader = cluster.leader()
    # While the cluster is paused, operations wait.
    cluster.world.kubectl("annotate", "bgcluster", cluster.name, "bestgres.io/paused=true")
    first = Operation(cluster, "first", op="switchover", ttlAfterFinished="1s")
    second = Operation(cluster, "second", op="restart")
    second.wait("Pending", 60)
    expect(second.status()["message"] == f"BGDbOps {first.name} is first", second.status()["message"])
    cluster.world.delete("bgdbops", second.name, "--wait=true", "--timeout=60s")
    cluster.world.kubectl("annotate", "bgcluster", cluster.name, "bestgres.io/paused-")
    wait_until("the switchover is done", lambda: cluster.leader() not in ("", leader), 120)
    wait_until("its report goes when its time is over", lambda: cluster.world.get("bgdbops", first.name) is None, 120)
    late = Operation(cluster, "late", op="switchover", switchover={"target": f"{cluster.name}-7"})
    expect(late.wait("Failed", 60)["message"] == f"{cluster.name} has no member {cluster.name}-7", late.status()["message"])


@case("a rolling restart by BGDbOps", both_patronis=True)
def rolling_restart(context):
    cluster = context.cluster().create()
    cluster.wait_sync()
    before, containers = process_starts(cluster), restarts_of_containers(cluster)
    label = f"bestgres.io/cluster={cluster.name}"
    pods, locks = History(cluster.world, "pods", label), History(cluster.world, "configmaps", label)
    writer = Writer(cluster).start()
    started = time.time()
    again = Operation(cluster, "again", op="restart")
    status = again.wait("Completed", 300)
    cluster.wait_ready()
    down = most_down([one for one in pods.stop() if one.name in before], len(before))
    switchovers = len(leaders(locks.stop(), f"{cluster.name}-leader")) - 1
    context.figure(f"{time.time() - started:.1f} s, at most {down} down, {switchovers} switchovers, "
                   f"longest write outage {writer.longest_gap(started):.1f} s")
    expect(status["step"] == "4/4", f"step is {status['step']}")
    after = process_starts(cluster)
    same = [name for name in before if before[name] == after[name]]
    expect(not same, f"PostgreSQL of {same} was not restarted")
    expect(restarts_of_containers(cluster) == containers, "a container was restarted")
    expect(down <= 1, f"{down} members were down at once")
    expect(switchovers == 1, f"{switchovers} switchovers instead of 1")
    writer.stop()
    writer.expect_all()


@case("a replica is copied anew by BGDbOps")
def reinit(context):
    cluster = context.cluster().create()
    cluster.wait_sync()
    sql(cluster, "create table kept as select generate_series(1, 1000) as id")
    leader = cluster.leader()
    member = next(name for name in sorted(cluster.pods()) if name != leader)
    address = cluster.pods()[member]["status"]["podIP"]
    made = "select change from pg_stat_file('PG_VERSION')"
    before, containers = sql(cluster, made, service=address), restarts_of_containers(cluster)
    refused = Operation(cluster, "leader", op="reinit", reinit={"member": leader})
    refused.wait("Failed", 60)
    copy = Operation(cluster, "copy", op="reinit", reinit={"member": member})
    copy.wait("Completed", 240)
    copy.expect_steps(f"ask {member} to copy the primary: Done", f"copy to {member}: Done")
    cluster.wait_ready()
    expect(sql(cluster, made, service=address) != before, f"the data of {member} is the old one")
    expect(sql(cluster, "select count(*) from kept", service=address) == "1000", f"{member} lacks rows")
    expect(restarts_of_containers(cluster) == containers, "a container was restarted")
    expect(cluster.leader() == leader, f"the leader moved from {leader} to {cluster.leader()}")
