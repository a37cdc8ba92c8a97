"""The story that ci/demo tells. Ends with 1 when an acknowledged row is missing or a step does not come to pass."""
import argparse
import atexit
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "kind"))

import screen  # noqa: E402
from e2e.cluster import Cluster, restart_count  # noqa: E402
from e2e.hooks import LocalHooks  # noqa: E402
from e2e.world import Failure, World, expect, wait_until  # noqa: E402
from host import HostWriter, ask_patroni  # noqa: E402
from screen import say  # noqa: E402

NODE_AWAY_SECONDS = 60
FAILED_LOGS = ROOT / "build/demo-logs"


class Story:
    def __init__(self, arguments):
        self.arguments = arguments
        self.started = time.monotonic() - arguments.after
        self.directory = tempfile.mkdtemp(prefix="bestgres-demo-", dir="/tmp")
        self.bestgres = str(pathlib.Path(arguments.bin).resolve() / "bestgres")
        os.environ["BESTGRES"] = self.bestgres
        self.kubeconfig = f"{self.directory}/kubeconfig"
        self.world, self.cluster, self.writer, self.address = None, None, None, ""
        self.outages = []

    def title(self, text):
        screen.title(text, time.monotonic() - self.started)

    def bring_up(self):
        self.title("starting the local world: an API server, three nodes, the operator as a Deployment")
        atexit.register(self.tear_down)
        if subprocess.run([self.bestgres, "local", "up", "--dir", self.directory], check=False).returncode != 0:
            raise Failure("the local world did not start")
        self.world = World(self.kubeconfig, "default", hooks=LocalHooks(self.directory))
        self.title("kubectl apply -f examples/cluster.yaml")
        manifest = ROOT / "examples/cluster.yaml"
        say(self.world.kubectl("apply", "-f", str(manifest)).rstrip())
        document = yaml.safe_load(manifest.read_text())
        self.cluster = Cluster(self.world, document["metadata"]["name"], document["spec"]["image"]["tag"])
        self.cluster.spec = document["spec"]
        self.table = screen.Table(self.cluster)
        applied = time.monotonic()
        self.recover()
        screen.result(f"three members after {time.monotonic() - applied:.1f} s")
        say(self.world.kubectl("get", "bgclusters").rstrip())

    def write(self):
        self.address = self.world.get("services", self.cluster.name)["spec"]["clusterIP"]
        self.title(f"a client writes through Service {self.cluster.name} ({self.address}:5432) and notes every acknowledged row")
        self.writer = HostWriter(self.cluster, self.address, f"{self.directory}/writer.log").start()
        self.table.writer = self.writer
        time.sleep(3)
        say(f"{len(self.writer.outcomes('ack'))} rows acknowledged in the first seconds")

    def hurt(self, title, act, took_effect):
        self.cluster.wait_sync()
        time.sleep(2)
        self.title(title)
        before, instant = self.cluster.leader(), time.time()
        with self.table:
            act(before)
            wait_until(f"{title}: takes effect", lambda: took_effect(before), 120)
            self.writer.wait_write_after(time.time(), 120)
            outage = self.writer.longest_gap(instant)
            expect(self.cluster.leader(), "nobody leads")
        screen.result(f"writes succeed again after {outage:.1f} s; leader {before} -> {self.cluster.leader()}")
        self.outages.append((title, outage))
        return instant

    def another_leads(self, before):
        return self.cluster.leader() not in ("", before)

    def kill_container(self):
        restarts = restart_count(self.cluster.pods()[self.cluster.leader()])
        self.hurt("SIGKILL of the primary's container: it restarts in place", self.world.hooks.kill_container,
                  lambda killed: restart_count(self.cluster.pods()[killed]) > restarts)
        self.recover("three members again")

    def switch_over(self):
        candidate = self.cluster.sync_standbys()[0]
        self.hurt(f"a planned switchover to {candidate}", lambda leader: ask_patroni(self.cluster, leader, candidate),
                  self.another_leads)
        self.recover("three members again")

    def lose_node(self):
        node = self.cluster.pods()[self.cluster.leader()]["spec"]["nodeName"]
        instant = self.hurt(f"loss of {node}, the node under the primary: all its processes die",
                            lambda _: self.world.hooks.lose_node(node), self.another_leads)
        self.title(f"{node} stays away until a minute has passed")
        with self.table:
            time.sleep(max(0.0, instant + NODE_AWAY_SECONDS - time.time()))
        self.title(f"{node} comes back")
        self.world.hooks.return_node(node)
        self.recover("its member has rejoined")

    def recover(self, sentence=""):
        started = time.monotonic()
        with self.table:
            self.cluster.wait_ready(300)
            self.cluster.wait_sync()
        if sentence:
            screen.result(f"{sentence} after another {time.monotonic() - started:.1f} s, on timeline {self.cluster.timeline()}")

    def count(self):
        self.title("counting the rows")
        self.writer.stop()
        acknowledged = {number for _, number in self.writer.final("ack")}
        unknown = {number for _, number in self.writer.final("unknown")}
        stored = set(int(row) for row in self.query("select id from e2e_rows"))
        for title, outage in self.outages:
            say(f"{outage:6.1f} s without a write  {title}")
        missing = acknowledged - stored
        tell = screen.failure if missing or not acknowledged else screen.result
        tell(f"{len(acknowledged)} rows acknowledged, {len(missing)} of them missing; {len(unknown)} rows with unknown outcome, "
             f"{len(unknown & stored)} of them stored")
        return 1 if missing or not acknowledged else 0

    def query(self, statement):
        done = subprocess.run(["psql", "-h", self.address, "-U", "postgres", "-d", "postgres", "-Atc", statement], check=True,
                              capture_output=True, text=True, env=dict(os.environ, PGPASSWORD=self.cluster.password()))
        return done.stdout.split()

    def tear_down(self):
        if self.arguments.keep:
            return
        self.title("taking the local world down")
        subprocess.run([self.bestgres, "local", "down", "--dir", self.directory], check=False)
        shutil.rmtree(self.directory, ignore_errors=True)

    def keep_logs(self):
        """The world goes when the demo ends: what tells why it stopped must not."""
        shutil.rmtree(FAILED_LOGS, ignore_errors=True)
        shutil.copytree(self.directory, FAILED_LOGS, ignore=shutil.ignore_patterns("bin", "images", "volumes", "pods", "state"),
                        ignore_dangling_symlinks=True)
        say(f"Logs: {FAILED_LOGS}")

    def explain(self):
        say(f"""
The local world is still running. To reach it:

  export KUBECONFIG={self.kubeconfig}
  kubectl get bgclusters,pods,services
  kubectl describe bgcluster {self.cluster.name}
  {self.bestgres} status {self.cluster.name}
  PGPASSWORD=$(kubectl get secret {self.cluster.name} -o jsonpath='{{.data.superuser-password}}' | base64 -d) \\
    psql -h {self.address} -U postgres

To stop it:

  {self.bestgres} local down --dir {self.directory}""")

    def tell(self):
        self.bring_up()
        self.write()
        self.kill_container()
        self.switch_over()
        self.lose_node()
        return self.count()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--after", type=float, default=0, help="seconds that the titles begin to count from")
    parser.add_argument("--keep", action="store_true")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    story = Story(parser.parse_args())
    try:
        code = story.tell()
    except Failure as problem:
        screen.failure(f"\nThe demo stopped: {problem}")
        story.keep_logs()
        code = 1
    except KeyboardInterrupt:
        say("\ninterrupted: taking the local world down")
        return 130
    if story.arguments.keep and story.address:
        story.explain()
    return code


if __name__ == "__main__":
    sys.exit(main())
