"""The cluster under test, reached by kubectl alone, so that the same cases run against any kubeconfig."""
import json
import subprocess
import time

from e2e.reader import Reader, Unreadable


class Failure(Exception):
    """An expectation that did not hold: the message is a sentence for the report."""


class Skipped(Exception):
    """What keeps a case from running in this world: the message is a sentence for the report."""


class World:
    def __init__(self, kubeconfig, namespace, kubectl="kubectl", hooks=None):
        self.kubeconfig = kubeconfig
        self.namespace = namespace
        self.kubectl_path = kubectl
        self.reader = Reader(kubectl, kubeconfig)
        self.hooks = hooks  # how this world loses a node or its API server; None where it cannot
        self.versions = set()  # of Patroni and PostgreSQL, as the clusters' members said
        self.pod_roles = {}  # of the clusters that the cases made, by name

    def kubectl(self, *arguments, stdin=None, timeout=60, check=True):
        command = [self.kubectl_path, "--kubeconfig", self.kubeconfig, "-n", self.namespace, *arguments]
        try:
            done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=timeout)
        except subprocess.TimeoutExpired as expired:
            raise Failure(f"kubectl {' '.join(arguments)}: no answer within {timeout} s") from expired
        if check and done.returncode != 0:
            raise Failure(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout if check else done

    def get(self, kind, name):
        """The object, or None when it does not exist. `kind` is a plural."""
        return self.read(self.reader.get, kind, self.namespace, name)

    def list(self, kind, selector=""):
        return self.read(self.reader.list, kind, self.namespace, selector)

    def logs(self, pod):
        """Of a pod with one container."""
        return self.read(self.reader.logs, self.namespace, pod)

    @staticmethod
    def read(how, *arguments):
        try:
            return how(*arguments)
        except Unreadable as unreadable:
            raise Failure(str(unreadable)) from unreadable

    def apply(self, *objects):
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        return self.kubectl("apply", "-f", "-", stdin=text)

    def patch(self, kind, name, patch):
        return self.kubectl("patch", kind, name, "--type", "merge", "-p", json.dumps(patch))

    def delete(self, kind, name, *arguments, check=True):
        return self.kubectl("delete", kind, name, *arguments, timeout=300, check=check)


def wait_until(what, condition, timeout=120, every=0.5):
    """Polls until `condition` returns something true, which is returned. A Failure inside counts as 'not yet'."""
    deadline = time.monotonic() + timeout
    last = "it never held"
    while True:
        try:
            result = condition()
            if result:
                return result
        except Failure as failure:
            last = str(failure)
        if time.monotonic() > deadline:
            raise Failure(f"{what}: not within {timeout} s ({last})")
        time.sleep(every)


def expect(condition, sentence):
    if not condition:
        raise Failure(sentence)
