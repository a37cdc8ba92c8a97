"""One BGCluster and what can be seen of it: the custom resource, its pods, Patroni's ConfigMaps."""
import base64
import json

from e2e.world import Failure, expect, wait_until

FAST_PATRONI = {"ttl": 20, "loopWait": 5, "retryTimeout": 5}


def merged(base, extra):
    result = dict(base)
    for key, value in extra.items():
        result[key] = merged(result[key], value) if isinstance(value, dict) and isinstance(result.get(key), dict) else value
    return result


class Cluster:
    def __init__(self, world, name, image, **spec):
        self.world = world
        self.name = name
        self.spec = merged({
            "instances": 3,
            "volumeSpec": {"persistentVolumeSize": "1Gi"},
            "image": {"tag": image},
            "patroni": dict(FAST_PATRONI, synchronous="required"),
            "postgresql": {"parameters": {"shared_buffers": "16MB", "max_connections": "50"}},
        }, spec)

    @property
    def secret(self):
        """The groups of a sharded cluster have one, which is called after their scope."""
        return self.spec["citus"]["scope"] if "citus" in self.spec else self.name

    @property
    def dcs_prefix(self):
        """What Patroni calls its objects after."""
        citus = self.spec.get("citus")
        return f"{citus['scope']}-{citus['group']}" if citus else self.name

    def manifest(self):
        return {"apiVersion": "bestgres.io/v1", "kind": "BGCluster", "metadata": {"name": self.name}, "spec": self.spec}

    def create(self, timeout=240):
        self.world.apply(self.manifest())
        return self.wait_ready(timeout)

    def edit(self, **spec):
        self.spec = merged(self.spec, spec)
        self.world.patch("bgclusters", self.name, {"spec": spec})

    def get(self):
        found = self.world.get("bgclusters", self.name)
        expect(found is not None, f"BGCluster {self.name} does not exist")
        return found

    def status(self):
        return self.get().get("status", {})

    def condition(self, kind):
        return next((one for one in self.status().get("conditions", []) if one["type"] == kind), {})

    def pods(self):
        pods = self.world.list("pods", f"bestgres.io/cluster={self.name},app.kubernetes.io/component=database")
        return {pod["metadata"]["name"]: pod for pod in pods}

    def ready_pods(self):
        return [name for name, pod in self.pods().items() if is_ready(pod) and "deletionTimestamp" not in pod["metadata"]]

    def annotations(self, suffix):
        found = self.world.get("configmaps", f"{self.dcs_prefix}-{suffix}")
        return (found or {}).get("metadata", {}).get("annotations", {})

    def leader(self):
        """The member that holds the leader lock by Patroni's own object."""
        return self.annotations("leader").get("leader", "")

    def timeline(self):
        pod = self.pods().get(self.leader(), {})
        return json.loads(pod.get("metadata", {}).get("annotations", {}).get("status", "{}")).get("timeline")

    def sync_standbys(self):
        return [name for name in self.annotations("sync").get("sync_standby", "").split(",") if name]

    def password(self):
        secret = self.world.get("secrets", self.secret)
        expect(secret is not None, f"Secret {self.secret} does not exist")
        return base64.b64decode(secret["data"]["superuser-password"]).decode()

    def wait_ready(self, timeout=240, instances=None):
        wanted = self.spec["instances"] if instances is None else instances

        def ready():
            current = self.get()
            status = current.get("status", {})
            observed = status.get("observedGeneration") == current["metadata"]["generation"]
            condition = next((one for one in status.get("conditions", []) if one["type"] == "Ready"), {})
            names = self.ready_pods()
            if not observed or condition.get("status") != "True" or len(names) != wanted or not self.leader():
                raise Failure(f"phase {status.get('phase')}, ready pods {names}, leader {self.leader()!r}, "
                              f"Ready={condition.get('status')}: {condition.get('message')}")
            return True

        wait_until(f"{self.name} is ready with {wanted} members", ready, timeout)
        return self

    def wait_sync(self, timeout=120):
        """Until a synchronous standby is published whose pod is ready, as Patroni and the kubelet say."""
        if self.spec["patroni"].get("synchronous") != "required" or self.spec["instances"] < 2:
            return
        wait_until(f"{self.name} has a streaming synchronous standby",
                   lambda: any(name in self.ready_pods() and name != self.leader() for name in self.sync_standbys()), timeout)

    def destroy(self, timeout=240):
        self.world.delete("bgclusters", self.name, "--wait=true", f"--timeout={timeout}s", check=False)


def is_ready(pod):
    conditions = pod.get("status", {}).get("conditions", [])
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def restart_count(pod):
    return sum(one.get("restartCount", 0) for one in pod.get("status", {}).get("containerStatuses", []))


def last_exit_code(pod):
    """Of the first container's run before the present one; None when there was none."""
    return pod["status"]["containerStatuses"][0].get("lastState", {}).get("terminated", {}).get("exitCode")
