"""How a world is hurt: the local world by its processes, a kind cluster by docker."""
import contextlib
import datetime
import json
import os
import pathlib
import re
import signal
import subprocess
import time

from e2e.world import Failure

# What the command lines of a container's processes have in them, and no other's: a cluster may be called patroni.
AGENT = "bestgres-agent run"
PATRONI = "/run/bestgres/patroni.yml"
INITDB = "/initdb"


def make_hooks(arguments, kubectl):
    """`kubectl` is World.kubectl: a hook may have to ask where a pod runs."""
    if arguments.local:
        return LocalHooks(arguments.local) if serves(arguments.local) else ControlPlaneHooks(arguments.local)
    if arguments.kind:
        return KindHooks(arguments.kind, kubectl)
    return None


def run(*command, timeout=60):
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    if done.returncode != 0:
        raise Failure(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def read_world(directory):
    with open(os.path.join(directory, "world.json"), encoding="utf-8") as file:
        return json.load(file)


def serves(directory):
    """Whether the API server is one of the world's own processes."""
    return not read_world(directory).get("kubeconfig")


class LocalHooks:
    def __init__(self, directory):
        self.directory = directory
        self.port = re.search(rb"server: \"?https://[^\s\"]*:(\d+)", read(os.path.join(directory, "kubeconfig")))[1].decode()
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
        self.signal(pod, AGENT, signal.SIGKILL)

    def terminate_container(self, pod):
        self.signal(pod, AGENT, signal.SIGTERM)

    def freeze_patroni(self, pod):
        self.signal(pod, PATRONI, signal.SIGSTOP)

    def thaw_patroni(self, pod):
        self.signal(pod, PATRONI, signal.SIGCONT)

    def freeze_initdb(self, pod):
        """Whether it ran."""
        return bool(self.send(pod, INITDB, signal.SIGSTOP))

    def signal(self, pod, name, number):
        if not self.send(pod, name, number):
            raise Failure(f"no process of pod {pod} has {name!r} in its command line")

    def send(self, pod, name, number):
        """The processes that were still there."""
        reached = []
        for pid in self.find_processes(pod, name):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
                reached.append(pid)
        return reached

    def find_processes(self, pod, name):
        """The processes of a pod whose command line contains `name`."""
        return [pid for pid in self.processes_of(pod)
                if name.encode() in read(f"/proc/{pid}/cmdline").replace(b"\0", b" ")]

    def processes_of(self, pod):
        """Another world on this machine may run a pod of the same name: its API server has another port."""
        wanted = {f"POD_NAME={pod}".encode(), f"KUBERNETES_SERVICE_PORT={self.port}".encode()}
        return [int(entry.name) for entry in pathlib.Path("/proc").iterdir()
                if entry.name.isdigit() and wanted <= set(read(entry / "environ").split(b"\0"))]


class ControlPlaneHooks(LocalHooks):
    """The local world's nodes on the API server that kind/control-plane runs."""

    def __init__(self, directory):
        super().__init__(directory)
        self.state = os.path.dirname(read_world(directory)["kubeconfig"])
        self.script = str(pathlib.Path(__file__).resolve().parents[1] / "control-plane")
        self.starts = []  # from when to when the API server was not ready

    def stop_api_server(self):
        run(self.script, "stop-api", self.state)

    def start_api_server(self):
        begun = time.time()
        run(self.script, "start-api", self.state, timeout=120)
        self.starts.append((begun, time.time()))

    def read_audit(self):
        """The same rows as those of the local world's own API server."""
        return audit_rows(read(os.path.join(self.state, "audit.log")), self.starts)


def audit_rows(log, starts=()):
    """The distinct decisions in kube-apiserver's audit log, but for those of `starts`, the times of its starts."""
    rows = {}
    for line in log.splitlines():
        event = json.loads(line)
        received = event["requestReceivedTimestamp"].split(".")[0] + "+00:00"
        at = datetime.datetime.fromisoformat(received).timestamp()
        if any(begun - 1 <= at <= ended for begun, ended in starts):
            continue  # it knows no Roles yet, and refuses everything
        about = event.get("objectRef", {})
        row = {"user": event["user"]["username"], "verb": event["verb"],
               "allowed": event.get("annotations", {}).get("authorization.k8s.io/decision") == "allow",
               **{key: about[key] for key in ("resource", "subresource", "name") if key in about}}
        rows[json.dumps(row, sort_keys=True)] = row
    return list(rows.values())


def read(path):
    try:
        return pathlib.Path(path).read_bytes()
    except OSError:
        return b""


# Runs in a node's container, which sees the processes of its pods: the pids of pod $1 with $2 in their command line, each
# sent signal $3 if there is one; looks $4 times, once if nothing is said, until there is one. What sends the signal has both
# words in its own command line, but no POD_NAME.
ON_NODE = r"""
for look in $(seq "${4:-1}"); do
    found=
    for environ in $(grep -lszx -- "POD_NAME=$1" /proc/[0-9]*/environ); do
        process=${environ%/environ}
        tr '\0' ' ' 2>/dev/null <"$process/cmdline" | grep -qF -- "$2" || continue
        [ -z "$3" ] || kill -s "$3" "${process#/proc/}" 2>/dev/null || continue
        found="$found ${process#/proc/}"
    done
    [ -z "$found" ] || break
    sleep 0.02
done
echo $found
"""


# Of the API server of a kind cluster, in its node: kind/cluster.yaml says so.
AUDIT_LOG = "/var/log/kubernetes/audit.log"


class KindHooks:
    """The nodes of a kind cluster are containers: a stopped one has lost everything that ran."""

    # As kind/up builds them.
    patroni_3_image = "bestgres-patroni:15-patroni-3"
    patroni_4_image = "bestgres-patroni:15"

    def __init__(self, name, kubectl):
        self.name = name
        self.kubectl = kubectl

    def lose_node(self, name):
        run("docker", "stop", "-t", "0", name)

    def return_node(self, name):
        run("docker", "start", name)

    # The kubelet kills a silent API server after 80 s: a minute is short enough.
    def stop_api_server(self):
        run("docker", "exec", f"{self.name}-control-plane", "pkill", "-STOP", "kube-apiserver")

    def start_api_server(self):
        run("docker", "exec", f"{self.name}-control-plane", "pkill", "-CONT", "kube-apiserver")

    def audit(self):
        """Every distinct decision of the API server about access, as kind/cluster.yaml has them written down."""
        return audit_rows(run("docker", "exec", f"{self.name}-control-plane", "cat", AUDIT_LOG))

    def kill_container(self, pod):
        self.signal(pod, AGENT, "KILL")

    def terminate_container(self, pod):
        self.signal(pod, AGENT, "TERM")

    def freeze_patroni(self, pod):
        self.signal(pod, PATRONI, "STOP")

    def thaw_patroni(self, pod):
        self.signal(pod, PATRONI, "CONT")

    def freeze_initdb(self, pod):
        """Whether it ran within some seconds: it takes less time than two looks from outside of the node."""
        return bool(self.find_processes(pod, INITDB, "STOP", "100"))

    def signal(self, pod, name, number):
        if not self.find_processes(pod, name, number):
            raise Failure(f"no process of pod {pod} has {name!r} in its command line")

    def find_processes(self, pod, name, number="", looks="1"):
        node = self.kubectl("get", "pod", pod, "-o", "jsonpath={.spec.nodeName}", check=False).stdout.strip()
        words = ("docker", "exec", node, "bash", "-c", ON_NODE, "on-node", pod, name, number, looks)
        return [int(pid) for pid in run(*words).split()] if node else []
