"""The story that ci/demo tells. Ends with 1 when an acknowledged row is missing or a step does not come to pass."""
import argparse
import atexit
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "kind"))

from e2e.cluster import Cluster, is_ready, restart_count  # noqa: E402
from e2e.hooks import LocalHooks  # noqa: E402
from e2e.world import Failure, World, expect, wait_until  # noqa: E402
from e2e.writer import WRITER, Writer  # noqa: E402

NODE_AWAY_SECONDS = 60


def say(text=""):
    print(text, flush=True)


class HostWriter(Writer):
    """The writer as a process of this machine: Service addresses of the local world are reachable from it."""

    def __init__(self, cluster, address, log):
        super().__init__(cluster)
        self.address, self.log, self.process = address, log, None

    def start(self):
        environment = {"PATH": os.environ["PATH"], "TARGET": self.address, "PGPASSWORD": self.cluster.password()}
        self.process = subprocess.Popen(["/usr/bin/python3", "-u", "-c", WRITER], env=environment,
                                        stdout=open(self.log, "wb"), stderr=subprocess.STDOUT)
        atexit.register(self.process.kill)
        wait_until("the first row is acknowledged", lambda: self.outcomes("ack"), 60)
        return self

    def read(self):
        text = pathlib.Path(self.log).read_text()
        complete = text[:text.rfind("\n") + 1]
        self.lines = [line.split(" ", 3) for line in complete.splitlines() if line[:1].isdigit()]
        return self.lines

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.read()


class Table:
    """Member, role, state, timeline and lag: redrawn in place on a terminal, printed on change elsewhere."""

    def __init__(self, cluster):
        self.cluster, self.last, self.drawn = cluster, None, 0
        self.stop_event = threading.Event()
        self.thread = None

    def rows(self):
        leader, sync = self.cluster.leader(), self.cluster.sync_standbys()
        optime = int(self.cluster.annotations("leader").get("optime", 0) or 0)
        rows = []
        for name, pod in sorted(self.cluster.pods().items()):
            status = json.loads(pod["metadata"].get("annotations", {}).get("status", "{}"))
            role = "primary" if name == leader else "sync standby" if name in sync else status.get("role", "")
            behind = max(0, optime - int(status.get("xlog_location", 0) or 0))
            lag = "-" if name == leader or "xlog_location" not in status else f"{behind // 1024} KiB"
            ready = "ready" if is_ready(pod) else "not ready"
            if "deletionTimestamp" in pod["metadata"]:
                ready = "leaving"
            state = status.get("replication_state") or status.get("state") or pod["status"].get("phase", "")
            rows.append((name, role, state, str(status.get("timeline", "")), lag, pod["spec"].get("nodeName", ""), ready))
        return rows

    def draw(self):
        header = ("MEMBER", "ROLE", "STATE", "TIMELINE", "LAG", "NODE", "")
        rows = [header, *self.rows()]
        if rows == self.last:
            return
        widths = [max(len(row[i]) for row in rows) + 2 for i in range(len(header))]
        lines = ["  " + "".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
        if sys.stdout.isatty() and self.drawn:
            sys.stdout.write(f"\x1b[{self.drawn}A\x1b[J")
        print("\n".join(lines) + ("" if sys.stdout.isatty() else "\n"), flush=True)
        self.last, self.drawn = rows, len(lines)

    def follow(self):
        while not self.stop_event.wait(1.0):
            try:
                self.draw()
            except Failure:
                pass

    def __enter__(self):
        self.last, self.drawn = None, 0
        self.stop_event.clear()
        self.thread = threading.Thread(target=self.follow, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop_event.set()
        self.thread.join()
        self.draw()


class Story:
    def __init__(self, arguments):
        self.arguments = arguments
        self.started = time.monotonic()
        self.directory = tempfile.mkdtemp(prefix="bestgres-demo-", dir="/tmp")
        self.bestgres = str(pathlib.Path(arguments.bin).resolve() / "bestgres")
        os.environ["BESTGRES"] = self.bestgres
        self.kubeconfig = f"{self.directory}/kubeconfig"
        self.world = None
        self.outages = []

    def title(self, text):
        say(f"\n== {text} ({time.monotonic() - self.started:.0f} s)")

    def bring_up(self):
        subprocess.run([self.bestgres, "local", "up", "--dir", self.directory], check=True)
        atexit.register(self.tear_down)
        self.world = World(self.kubeconfig, "default", hooks=LocalHooks(self.directory))
        self.title("applying examples/cluster.yaml")
        manifest = ROOT / "examples/cluster.yaml"
        self.world.kubectl("apply", "-f", str(manifest))
        import yaml
        document = yaml.safe_load(manifest.read_text())
        self.cluster = Cluster(self.world, document["metadata"]["name"], document["spec"]["image"]["tag"])
        self.cluster.spec = document["spec"]
        self.table = Table(self.cluster)
        with self.table:
            self.cluster.wait_ready(300)
            self.cluster.wait_sync()
        say(self.world.kubectl("get", "bgclusters").rstrip())

    def write(self):
        service = self.world.get("services", self.cluster.name)
        self.address = service["spec"]["clusterIP"]
        self.title(f"writing through Service {self.cluster.name} ({self.address}:5432)")
        self.writer = HostWriter(self.cluster, self.address, f"{self.directory}/writer.log").start()
        time.sleep(3)
        say(f"{len(self.writer.outcomes('ack'))} rows acknowledged in 3 s")

    def hurt(self, title, act, took_effect):
        self.cluster.wait_sync()
        time.sleep(2)
        self.title(title)
        before, timeline, instant = self.cluster.leader(), self.cluster.timeline(), time.time()
        with self.table:
            act(before)
            wait_until(f"{title}: takes effect", lambda: took_effect(before), 120)
            self.writer.wait_write_after(time.time(), 120)
            outage = self.writer.longest_gap(instant)
            expect(self.cluster.leader(), "nobody leads")
        say(f"-> writes succeed again after {outage:.1f} s; leader {before} -> {self.cluster.leader()}, "
            f"timeline {timeline} -> {self.cluster.timeline()}")
        self.outages.append((title, outage))
        return instant

    def another_leads(self, before):
        return self.cluster.leader() not in ("", before)

    def kill_container(self):
        restarts = restart_count(self.cluster.pods()[self.cluster.leader()])
        self.hurt("SIGKILL of the primary's container: it restarts in place", self.world.hooks.kill_container,
                  lambda killed: restart_count(self.cluster.pods()[killed]) > restarts)
        self.recover()

    def switch_over(self):
        candidate = self.cluster.sync_standbys()[0]
        self.hurt(f"a planned switchover to {candidate}", lambda leader: self.ask_patroni(leader, candidate),
                  self.another_leads)
        self.recover()

    def ask_patroni(self, leader, candidate):
        import base64
        import urllib.request
        secret = self.world.get("secrets", self.cluster.name)["data"]["restapi-password"]
        credentials = base64.b64encode(b"patroni:" + base64.b64decode(secret)).decode()
        address = self.cluster.pods()[leader]["status"]["podIP"]
        body = json.dumps({"leader": leader, "candidate": candidate}).encode()
        request = urllib.request.Request(f"http://{address}:8008/switchover", body,
                                         {"Content-Type": "application/json", "Authorization": f"Basic {credentials}"})
        say("Patroni: " + urllib.request.urlopen(request, timeout=60).read().decode())

    def lose_node(self):
        node = self.cluster.pods()[self.cluster.leader()]["spec"]["nodeName"]
        instant = self.hurt(f"loss of {node}, the node under the primary: all its processes die",
                            lambda _: self.world.hooks.lose_node(node), self.another_leads)
        say(f"{node} stays away until a minute has passed")
        time.sleep(max(0.0, instant + NODE_AWAY_SECONDS - time.time()))
        self.title(f"{node} comes back")
        self.world.hooks.return_node(node)
        self.recover()

    def recover(self):
        with self.table:
            self.cluster.wait_ready(300)
            self.cluster.wait_sync()

    def count(self):
        self.title("counting")
        self.writer.stop()
        acknowledged = {number for _, number in self.writer.final("ack")}
        unknown = {number for _, number in self.writer.final("unknown")}
        stored = set(int(row) for row in self.query("select id from e2e_rows"))
        for title, outage in self.outages:
            say(f"{outage:6.1f} s  {title}")
        missing = acknowledged - stored
        say(f"{len(acknowledged)} rows acknowledged, {len(missing)} of them missing; {len(unknown)} rows with unknown outcome, "
            f"{len(unknown & stored)} of them stored")
        return 1 if missing or not acknowledged else 0

    def query(self, statement):
        done = subprocess.run(["psql", "-h", self.address, "-U", "postgres", "-d", "postgres", "-Atc", statement], check=True,
                              capture_output=True, text=True, env=dict(os.environ, PGPASSWORD=self.cluster.password()))
        return done.stdout.split()

    def tear_down(self):
        if self.arguments.keep:
            return
        subprocess.run([self.bestgres, "local", "down", "--dir", self.directory], check=False)
        subprocess.run(["rm", "-rf", self.directory], check=False)

    def explain(self):
        say(f"""
The local world is still running:
  export KUBECONFIG={self.kubeconfig}
  kubectl get bgclusters,pods,services
  kubectl describe bgcluster {self.cluster.name}
  PGPASSWORD=$(kubectl get secret {self.cluster.name} -o jsonpath='{{.data.superuser-password}}' | base64 -d) \\
    psql -h {self.address} -U postgres
  {self.bestgres} local down --dir {self.directory}     # stops it""")

    def tell(self):
        self.bring_up()
        self.write()
        self.kill_container()
        self.switch_over()
        self.lose_node()
        result = self.count()
        if self.arguments.keep:
            self.explain()
        return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--keep", action="store_true")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    story = Story(parser.parse_args())
    try:
        return story.tell()
    except Failure as failure:
        say(f"\nThe demo stopped: {failure}\nLogs are below {story.directory} (keep them with --keep).")
        return 1


if __name__ == "__main__":
    sys.exit(main())
