"""What helm does with the chart in a namespace of its own: refuses unknown values, installs, upgrades under a running cluster,
uninstalls. The cluster of the kubeconfig must not have the chart's CRDs from elsewhere."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from e2e.cluster import Cluster  # noqa: E402
from e2e.world import Failure, World, expect, wait_until  # noqa: E402
from e2e.writer import sql  # noqa: E402

CHART = pathlib.Path(__file__).resolve().parent.parent / "charts/bestgres-operator"
NAMESPACE = "shop"
RELEASE = "bestgres"
SELECTOR = f"app.kubernetes.io/instance={RELEASE}"


class Helm:
    def __init__(self, arguments):
        self.path, self.kubeconfig = arguments.helm, arguments.kubeconfig
        self.values = ["--set", f"image.repository={arguments.repository},image.tag={arguments.tag}"]
        self.home = tempfile.TemporaryDirectory(prefix="helm-")

    def run(self, *words, check=True):
        environment = {"PATH": os.environ["PATH"], "HOME": self.home.name, "KUBECONFIG": self.kubeconfig}
        done = subprocess.run([self.path, *words, "--namespace", NAMESPACE], env=environment, capture_output=True, text=True,
                              timeout=300, check=False)
        if check and done.returncode != 0:
            raise Failure(f"helm {' '.join(words)}: {done.stderr.strip()}")
        return done

    def release(self):
        return json.loads(self.run("list", "--output", "json").stdout)


def operator(world):
    found = world.get("deployments", "bestgres-operator")
    expect(found is not None, "there is no Deployment bestgres-operator")
    return found


def check_install(helm, world, cluster):
    refused = helm.run("install", RELEASE, str(CHART), "--create-namespace", *helm.values, "--set", "replicas=2", check=False)
    expect(refused.returncode != 0 and "replicas" in refused.stderr, f"an unknown value was accepted: {refused.stderr}")
    helm.run("install", RELEASE, str(CHART), "--create-namespace", "--wait", "--timeout", "120s", *helm.values)
    expect([one["status"] for one in helm.release()] == ["deployed"], f"helm lists {helm.release()}")
    expect(operator(world)["status"].get("availableReplicas") == 1, "helm waited, but no operator is available")
    cluster.create()
    expect(sql(cluster, "select 1 + 1") == "2", "the cluster does not answer")


def check_upgrade(helm, world, cluster):
    """Another log level and a second copy: the operator rolls, the cluster under it does not notice."""
    before = {name: pod["metadata"]["uid"] for name, pod in cluster.pods().items()}
    helm.run("upgrade", RELEASE, str(CHART), "--wait", "--timeout", "120s", *helm.values, "--set", "logLevel=debug,replicaCount=2")
    expect(helm.release()[0]["revision"] == "2", f"helm lists {helm.release()}")
    deployment = operator(world)
    expect("debug" in deployment["spec"]["template"]["spec"]["containers"][0]["args"], "the log level did not arrive")
    wait_until("two operators are available", lambda: operator(world)["status"].get("availableReplicas") == 2, 60)
    cluster.edit(instances=2)  # a rolled operator still works
    cluster.wait_ready()
    after = {name: pod["metadata"]["uid"] for name, pod in cluster.pods().items()}
    expect(before.items() <= after.items(), "the upgrade of the operator replaced a member")


def check_uninstall(helm, world, cluster):
    """The operator goes, its clusters and their definition stay."""
    helm.run("uninstall", RELEASE, "--wait", "--timeout", "120s")
    expect(helm.release() == [], f"helm still lists {helm.release()}")
    for kind in ("deployments", "pods", "serviceaccounts", "roles", "rolebindings"):
        wait_until(f"no {kind} of the release are left", lambda kind=kind: not world.list(kind, SELECTOR), 60)
    expect(len(cluster.ready_pods()) == 2, "members went with the operator")
    expect(sql(cluster, "select 1 + 1") == "2", "the cluster went with the operator")
    resource = world.get("bgclusters", cluster.name)
    expect(resource is not None, "the BGCluster went with the operator")
    expect(not resource["metadata"].get("finalizers"), "the BGCluster waits for an operator that is gone")
    wait_until("the hook's Job is gone", lambda: not world.list("jobs", SELECTOR), 30)
    world.delete("bgclusters", cluster.name, "--wait=true", "--timeout=30s")
    expect(len(cluster.ready_pods()) == 2, "members went with the BGCluster")
    expect(sql(cluster, "select 1 + 1") == "2", "the cluster went with the BGCluster")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--helm", default="helm")
    parser.add_argument("--kubeconfig", required=True)
    parser.add_argument("--repository", required=True, help="of the operator's image")
    parser.add_argument("--tag", required=True)
    parser.add_argument("--image", required=True, help="with Patroni and PostgreSQL")
    arguments = parser.parse_args()
    helm, world = Helm(arguments), World(arguments.kubeconfig, NAMESPACE)
    cluster = Cluster(world, "db", arguments.image, instances=1, patroni={"synchronous": "disabled"})
    for step in (check_install, check_upgrade, check_uninstall):
        started = time.monotonic()
        try:
            step(helm, world, cluster)
        except Failure as failure:
            print(f"FAILED   {step.__name__}: {failure}", flush=True)
            return 1
        print(f"passed   {step.__name__} ({time.monotonic() - started:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
