"""Reads of the API through one `kubectl proxy`: cases look twice a second, and a process for each look costs more than the look."""
import atexit
import http.client
import json
import subprocess
import threading
import urllib.parse


class Unreadable(Exception):
    """A read without an answer: the message is a sentence for the report."""


class Reader:
    """Any kubeconfig that kubectl takes. For several threads: each has a connection of its own."""

    def __init__(self, kubectl, kubeconfig):
        self.command = [kubectl, "--kubeconfig", kubeconfig, "proxy", "--port=0"]
        self.lock = threading.Lock()
        self.port = None
        self.places = {}  # where a kind is found, by its plural: the path of its version, and whether it has namespaces
        self.local = threading.local()

    def get(self, kind, namespace, name):
        """The object, or None when it does not exist."""
        return self.read_json(f"{self.place(kind, namespace)}/{name}")

    def list(self, kind, namespace, selector):
        found = self.read_json(f"{self.place(kind, namespace)}?labelSelector={urllib.parse.quote(selector)}")
        if found is None:
            raise Unreadable(f"list {kind}: the API server does not know them")
        return found["items"]

    def logs(self, namespace, pod):
        """What the only container of a pod wrote."""
        return self.read(f"{self.place('pods', namespace)}/{pod}/log").decode(errors="replace")

    def place(self, kind, namespace):
        with self.lock:
            if kind not in self.places:
                self.discover()
        if kind not in self.places:
            raise Unreadable(f"{kind}: no API group has resources of this name")
        path, namespaced = self.places[kind]
        return f"{path}/namespaces/{namespace}/{kind}" if namespaced else f"{path}/{kind}"

    def discover(self):
        """Of two groups with one name the core's and the earlier one win, as for kubectl."""
        groups = self.read_json("/apis")["groups"]
        for path in ["/api/v1"] + [f"/apis/{group['preferredVersion']['groupVersion']}" for group in groups]:
            for resource in (self.read_json(path) or {}).get("resources", []):
                self.places.setdefault(resource["name"], (path, resource["namespaced"]))

    def read_json(self, path):
        text = self.read(path, missing_is_none=True)
        return None if text is None else json.loads(text)

    def read(self, path, missing_is_none=False):
        try:
            connection = self.connection()
            connection.request("GET", path)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.local.connection = None
            raise Unreadable(f"GET {path}: {error or type(error).__name__}") from error
        if answer.status == 404 and missing_is_none:
            return None
        if answer.status != 200:
            raise Unreadable(f"GET {path}: {answer.status} {text.decode(errors='replace').strip()[:300]}")
        return text

    def connection(self):
        if getattr(self.local, "connection", None) is None:
            self.local.connection = http.client.HTTPConnection("127.0.0.1", self.serving_port(), timeout=60)
        return self.local.connection

    def serving_port(self):
        """Called first by discover(), under the lock."""
        if self.port is None:
            # It complains for as long as there is no API server: nobody reads that.
            proxy = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            atexit.register(proxy.terminate)
            said = proxy.stdout.readline().strip()  # Starting to serve on 127.0.0.1:PORT
            if not said.rpartition(":")[2].isdigit():
                raise Unreadable(f"{' '.join(self.command)} did not start: {said or 'it said nothing'}")
            self.port = int(said.rpartition(":")[2])
        return self.port
