"""Hands over in a running local world, again and again, and prints where the time of each went.

Seconds from the last acknowledged row before to: the lock released by the former primary, taken by its successor, the
successor's label, the Service leading to the successor alone, the successor writable when asked directly, and the first
acknowledged row after. Whoever prints a figure should look at the load beside it."""
import argparse
import atexit
import os
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "kind"))

from host import HostWriter, ask_patroni  # noqa: E402
from e2e.cluster import Cluster  # noqa: E402
from e2e.history import History  # noqa: E402
from e2e.probe import PROBE, read_probes  # noqa: E402
from e2e.world import World, wait_until  # noqa: E402


def start_probes(cluster, address, log):
    """The probes of kind/e2e/probe.py as a process of this machine."""
    environment = {"PATH": os.environ["PATH"], "PGPASSWORD": cluster.password(), "PGOPTIONS": "-c client_min_messages=warning",
                   "TARGETS": " ".join(
        f"{name}={pod['status']['podIP']}" for name, pod in cluster.pods().items())}
    subprocess.run(["psql", "-h", address, "-U", "postgres", "-qc", "create table if not exists e2e_probes (member text)"],
                   env=environment, check=True)
    process = subprocess.Popen(["/usr/bin/python3", "-u", "-c", PROBE], env=environment, stdout=open(log, "wb"))
    atexit.register(process.kill)
    return process


def endpoints(one):
    return [address for each in one.object.get("endpoints") or [] for address in each["addresses"]
            if each.get("conditions", {}).get("ready", True)]


class Trace:
    """What the API server showed during one switchover."""

    def __init__(self, cluster):
        label = f"bestgres.io/cluster={cluster.name}"
        self.cluster = cluster
        self.locks = History(cluster.world, "configmaps", label)
        self.pods = History(cluster.world, "pods", label)
        self.slices = History(cluster.world, "endpointslices", f"kubernetes.io/service-name={cluster.name}")

    def stop(self):
        for history in (self.locks, self.pods, self.slices):
            history.stop()

    def first(self, history, after, condition):
        return next((one.when for one in history.seen if one.when > after and condition(one)), float("nan"))

    def moments(self, after, former, heir):
        """Wall-clock moments by what they are; nan where one was not seen."""
        def holder(one):
            return one.object["metadata"].get("annotations", {}).get("leader", "")

        lock = f"{self.cluster.name}-leader"
        address = self.cluster.pods()[heir]["status"]["podIP"]
        return {
            "released": self.first(self.locks, after, lambda one: one.name == lock and holder(one) == ""),
            "taken": self.first(self.locks, after, lambda one: one.name == lock and holder(one) == heir),
            "label": self.first(self.pods, after, lambda one: one.name == heir and
                                one.object["metadata"]["labels"].get("bestgres.io/role") == "master"),
            "Service": self.first(self.slices, after, lambda one: endpoints(one) == [address]),
        }


def choose_heir(cluster, former):
    """The synchronous standby where there is one; without, any other member."""
    return next(name for name in [*cluster.sync_standbys(), *sorted(cluster.pods())] if name != former)


def hand_over(cluster, writer, logs, by_deletion):
    """Who led, who leads, how long after the request the last row before was, and what came how long after that."""
    cluster.wait_ready()
    cluster.wait_sync()
    probes_log = f"{logs}/switchovers-probes.log"
    probes = start_probes(cluster, writer.address, probes_log)  # anew: a pod that was replaced has another address
    time.sleep(3)
    former = cluster.leader()
    trace, asked = Trace(cluster), time.time()
    if by_deletion:
        cluster.world.kubectl("delete", "pod", former, "--wait=false")
    else:
        ask_patroni(cluster, former, choose_heir(cluster, former))
    wait_until("another member leads", lambda: cluster.leader() not in ("", former), 60)
    heir = cluster.leader()
    writer.wait_write_after(time.time())
    time.sleep(2)
    acknowledged = [when for when, _ in writer.outcomes("ack")]
    last, first = max(zip(acknowledged, acknowledged[1:]), key=lambda pair: pair[1] - max(pair[0], asked))
    trace.stop()
    probes.kill()
    moments = trace.moments(asked, former, heir)
    moments["writable"] = next((one.ended for one in read_probes(pathlib.Path(probes_log).read_text())
                                if one.member == heir and one.state == "writable" and one.ended > asked), float("nan"))
    moments["acknowledged"] = first
    return former, heir, last - asked, {name: moment - last for name, moment in moments.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kubeconfig", required=True)
    parser.add_argument("--cluster", default="db")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--by-deletion", action="store_true", help="delete the primary's pod instead of asking Patroni")
    parser.add_argument("--logs", default="/tmp", help="a directory for the writer's and the probes' records")
    arguments = parser.parse_args()
    world = World(arguments.kubeconfig, "default")
    found = world.get("bgclusters", arguments.cluster)
    cluster = Cluster(world, arguments.cluster, found["spec"]["image"]["tag"])
    cluster.spec = found["spec"]
    address = world.get("services", cluster.name)["spec"]["clusterIP"]
    cluster.wait_ready()
    writer = HostWriter(cluster, address, f"{arguments.logs}/switchovers-writer.log").start()
    outages = []
    for _ in range(arguments.rounds):
        former, heir, before, moments = hand_over(cluster, writer, arguments.logs, arguments.by_deletion)
        outages.append(moments["acknowledged"])
        steps = ", ".join(f"{name} {seconds:.2f}" for name, seconds in moments.items())
        load = pathlib.Path("/proc/loadavg").read_text().split()[0]
        print(f"{former} -> {heir}: outage {moments['acknowledged']:.2f} s, {before:.2f} s after the request; {steps}; load {load}",
              flush=True)
    writer.stop()
    print(f"median {statistics.median(outages):.2f} s of {len(outages)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
