"""How a world is hurt: the local world by its processes, a kind cluster by docker."""
import json
import os
import pathlib
import signal
import subprocess
import time

from e2e.world import Failure


def make_hooks(arguments):
    if arguments.local:
        return LocalHooks(arguments.local)
    if arguments.kind:
        return KindHooks()
    return None


def run(*command, timeout=60):
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    if done.returncode != 0:
        raise Failure(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class LocalHooks:
    def __init__(self, directory):
        self.directory = directory
        with open(os.path.join(directory, "world.json"), encoding="utf-8") as file:
            self.port = json.load(file)["port"]
        self.audit_before = []
        # Present only where the world was started with that version: cases ask for it by name.
        if os.path.isdir(os.path.join(directory, "images", "patroni-4")):
            self.patroni_3_image = "bestgres-patroni:15"
            self.patroni_4_image = "bestgres-patroni:15-patroni-4"
        root = pathlib.Path(__file__).resolve().parents[2]
        self.bestgres = os.environ.get("BESTGRES", str(root / "build/dev/bin/bestgres"))

    def local(self, *words):
        return run(self.bestgres, "local", *words, "--dir", self.directory)

    def lose_node(self, name):
        self.local("stop-node", name)

    def return_node(self, name):
        self.local("start-node", name)

    def stop_api_server(self):
        self.audit_before += self.read_audit()  # the next process begins its record anew
        self.local("stop-api")

    def start_api_server(self):
        self.local("start-api")

    def read_audit(self):
        return json.loads(read(os.path.join(self.directory, "audit.json")) or b"[]")

    def audit(self):
        """Every distinct decision of the API server about access, since the world was started or found."""
        time.sleep(3)  # the file follows within two seconds
        return self.audit_before + self.read_audit()

    def kill_container(self, pod):
        """SIGKILL of the container's first own process, the agent: with it goes all that runs in the container."""
        pids = self.find_processes(pod, "bestgres-agent\0run")
        if not pids:
            raise Failure(f"no process of the agent of pod {pod} is to be found")
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    def find_processes(self, pod, name):
        """The processes of a pod whose command line contains `name`."""
        return [pid for pid in self.processes_of(pod) if name.encode() in read(f"/proc/{pid}/cmdline")]

    def processes_of(self, pod):
        """Another world on this machine may run a pod of the same name: its API server has another port."""
        wanted = {f"POD_NAME={pod}".encode(), f"KUBERNETES_SERVICE_PORT={self.port}".encode()}
        return [int(entry.name) for entry in pathlib.Path("/proc").iterdir()
                if entry.name.isdigit() and wanted <= set(read(entry / "environ").split(b"\0"))]


def read(path):
    try:
        return pathlib.Path(path).read_bytes()
    except OSError:
        return b""


class KindHooks:
    """kind's nodes are containers: a paused one neither renews its lease nor serves."""

    def lose_node(self, name):
        run("docker", "stop", "-t", "0", name)

    def return_node(self, name):
        run("docker", "start", name)

    def stop_api_server(self):
        run("docker", "exec", "bestgres-control-plane", "pkill", "-STOP", "kube-apiserver")

    def start_api_server(self):
        run("docker", "exec", "bestgres-control-plane", "pkill", "-CONT", "kube-apiserver")
