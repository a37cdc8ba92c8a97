"""What a person does to a cluster or to the operator, for several cases."""
import pathlib
import re
import subprocess

from e2e.history import History, leaders, most_down
from e2e.world import Failure, expect, wait_until
from e2e.writer import pod_manifest

# Patroni may refuse for a moment, for instance while it moves the synchronous standby: one asks again then.
SWITCHOVER = r"""
import base64, json, os, time, urllib.error, urllib.request
body = json.dumps({"leader": os.environ["LEADER"], "candidate": os.environ["CANDIDATE"]}).encode()
request = urllib.request.Request(os.environ["URL"] + "/switchover", body, {"Content-Type": "application/json"})
credentials = base64.b64encode(("patroni:" + os.environ["PASSWORD"]).encode()).decode()
request.add_header("Authorization", "Basic " + credentials)
for attempt in range(20):
    try:
        print(urllib.request.urlopen(request, timeout=60).read().decode())
        break
    except urllib.error.HTTPError as refusal:
        print(refusal.code, refusal.read().decode())
    except OSError as error:
        print(error)
    time.sleep(2)
"""


def switch_over(cluster, candidate):
    """A planned switchover as an administrator asks for it: Patroni's REST API with the credentials of the Secret."""
    leader = cluster.leader()
    address = cluster.pods()[leader]["status"]["podIP"]
    name = f"{cluster.name}-switchover"
    cluster.world.apply(pod_manifest(name, cluster.spec["image"]["tag"], SWITCHOVER, [
        {"name": "URL", "value": f"http://{address}:8008"}, {"name": "LEADER", "value": leader},
        {"name": "CANDIDATE", "value": candidate},
        {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": cluster.secret, "key": "restapi-password"}}}]))
    try:
        wait_until(f"{candidate} leads after {leader}", lambda: cluster.leader() == candidate, 60)
    except Failure as failure:
        answers = cluster.world.kubectl("logs", name, check=False)
        raise Failure(f"{failure}; {cluster.leader()} leads, and Patroni answered: {answers.stdout.strip()}") from failure
    cluster.world.delete("pod", name, "--wait=false", check=False)


def roll(context, cluster, image, timeout=420):
    """Changes the image and watches the roll: the most members that were down at once, and how often the lock moved."""
    label = f"bestgres.io/cluster={cluster.name}"
    pods, locks = History(cluster.world, "pods", label), History(cluster.world, "configmaps", label)
    cluster.edit(image={"tag": image})

    def rolled():
        images = {pod["spec"]["containers"][0]["image"] for pod in cluster.pods().values()}
        if images != {image}:
            raise Failure(f"the pods run {sorted(images)}")
        return True

    wait_until(f"every pod runs {image}", rolled, timeout, every=2)
    cluster.wait_ready()
    down = most_down(pods.stop(), cluster.spec["instances"])
    switchovers = len(leaders(locks.stop(), f"{cluster.name}-leader")) - 1
    context.figure(f"at most {down} down, {switchovers} switchovers")
    return down, switchovers


def documented_command(world, sign):
    """Runs the command of docs/guide/stopping.md that has `sign` in it, as a person would."""
    guide = pathlib.Path(__file__).resolve().parents[2] / "docs/guide/stopping.md"
    lines = [line for line in guide.read_text().splitlines() if sign in line and "kubectl" in line]
    expect(len(lines) == 1, f"{len(lines)} lines of {guide.name} have {sign!r} in them")
    kubectl = f"{world.kubectl_path} --kubeconfig {world.kubeconfig} -n {world.namespace}"
    done = subprocess.run(["bash", "-c", re.sub(r"\bkubectl\b", kubectl, lines[0])], capture_output=True, text=True, timeout=60,
                          check=False)
    expect(done.returncode == 0, f"{lines[0]}: {done.stderr.strip()}")


def scale_operator(world, replicas):
    world.kubectl("scale", "deployment", "bestgres-operator", f"--replicas={replicas}")
    selector = "app.kubernetes.io/name=bestgres-operator"
    wait_until(f"{replicas} operator pods run",
               lambda: sum(pod["status"].get("phase") == "Running" for pod in world.list("pods", selector)) == replicas
               and len(world.list("pods", selector)) == replicas, 90)


def node_of(cluster, member):
    return cluster.pods()[member]["spec"]["nodeName"]
