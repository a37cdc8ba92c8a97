"""What every story of ci/demo has: a local world of its own, a client that notes every acknowledged row, the count at the end."""
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

import screen
from e2e.hooks import LocalHooks
from e2e.world import Failure, Skipped, World
from host import HostWriter
from screen import say

ROOT = pathlib.Path(__file__).resolve().parent.parent
FAILED_LOGS = ROOT / "build/demo-logs"


class Story:
    """Its subclasses say what is applied and what happens to it: `example`, `kinds` for kubectl, `tell()`."""

    example, kinds, database = "", "", "postgres"

    def __init__(self, arguments):
        self.arguments = arguments
        self.started = time.monotonic() - arguments.after
        self.directory = tempfile.mkdtemp(prefix="bestgres-demo-", dir="/tmp")
        self.bestgres = str(pathlib.Path(arguments.bin).resolve() / "bestgres")
        os.environ["BESTGRES"] = self.bestgres
        self.kubeconfig = f"{self.directory}/kubeconfig"
        self.world, self.entry, self.table, self.writer, self.name, self.address = None, None, None, None, "", ""
        self.pauses = []

    def title(self, text):
        screen.title(text, time.monotonic() - self.started)

    def start_world(self):
        self.title("starting the local world: an API server, three nodes, the operator as a Deployment")
        atexit.register(self.tear_down)
        if subprocess.run([self.bestgres, "local", "up", "--dir", self.directory], check=False).returncode != 0:
            raise Failure("the local world did not start")
        self.world = World(self.kubeconfig, "default", hooks=LocalHooks(self.directory))

    def apply(self):
        """The example as it was applied."""
        self.title(f"kubectl apply -f {self.example}")
        say(self.world.kubectl("apply", "-f", str(ROOT / self.example)).rstrip())
        document = yaml.safe_load((ROOT / self.example).read_text())
        self.name = document["metadata"]["name"]
        return document

    def through(self, cluster):
        """Where clients connect from now on, for a title."""
        self.entry = cluster
        self.address = self.world.get("services", cluster.name)["spec"]["clusterIP"]
        return f"through Service {cluster.name} ({self.address}:5432)"

    def write(self, cluster, **where):
        self.title(f"a client writes {self.through(cluster)} and notes every acknowledged row")
        self.writer = HostWriter(cluster, self.address, f"{self.directory}/writer.log", **where).start()
        self.table.writer = self.writer
        time.sleep(3)
        say(f"{len(self.writer.outcomes('ack'))} rows acknowledged in the first seconds")

    def count(self):
        """0 where no acknowledged row is missing."""
        self.title("counting the rows")
        self.writer.stop()
        acknowledged = {number for _, number in self.writer.final("ack")}
        unknown = {number for _, number in self.writer.final("unknown")}
        stored = set(int(row) for row in self.query(f"select id from {self.writer.table}"))
        for title, seconds in self.pauses:
            say(f"{seconds:6.1f} s without a write  {title}")
        missing = acknowledged - stored
        tell = screen.failure if missing or not acknowledged else screen.result
        tell(f"{len(acknowledged)} rows acknowledged, {len(missing)} of them missing; {len(unknown)} rows with unknown outcome, "
             f"{len(unknown & stored)} of them stored")
        return 1 if missing or not acknowledged else 0

    def query(self, statement):
        """The rows of one statement, columns with a bar between them."""
        done = subprocess.run(["psql", "-h", self.address, "-U", "postgres", "-d", self.database, "-Atqc", statement], check=False,
                              capture_output=True, text=True, env=dict(os.environ, PGPASSWORD=self.entry.password()))
        if done.returncode != 0:
            raise Failure(f"{statement}: {done.stderr.strip()}")
        return done.stdout.splitlines()

    def tear_down(self):
        if self.arguments.keep:
            return
        self.title("taking the local world down")
        subprocess.run([self.bestgres, "local", "down", "--dir", self.directory], check=False, stdout=subprocess.DEVNULL)
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
  kubectl get {self.kinds},pods,services
  kubectl describe {self.kinds.split(",")[0]} {self.name}
  {self.bestgres} status {self.name}
  PGPASSWORD=$(kubectl get secret {self.name} -o jsonpath='{{.data.superuser-password}}' | base64 -d) \\
    psql -h {self.address} -U postgres -d {self.database}

To stop it:

  {self.bestgres} local down --dir {self.directory}""")


def run(story):
    """Tells the story to its end: the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        code = story.tell()
    except (Failure, Skipped) as problem:
        screen.failure(f"\nThe demo stopped: {problem}")
        story.keep_logs()
        code = 1
    except KeyboardInterrupt:
        say("\ninterrupted: taking the local world down")
        return 130
    if story.arguments.keep and story.address:
        story.explain()
    return code
