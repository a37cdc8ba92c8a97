"""Unit tests of reader.py, against a kubectl with a few answers of its own: python3 kind/e2e/reader_test.py"""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from e2e.reader import Reader, Unreadable  # noqa: E402
from e2e.world import Failure, World  # noqa: E402

# Counts connections: /connections says how many there were.
KUBECTL = r"""#!/usr/bin/env python3
import http.server, json
answers = {
    "/apis": {"groups": [{"preferredVersion": {"groupVersion": "bestgres.io/v1"}}, {"preferredVersion": {"groupVersion": "late/v1"}}]},
    "/api/v1": {"resources": [{"name": "pods", "namespaced": True}, {"name": "nodes", "namespaced": False}]},
    "/apis/bestgres.io/v1": {"resources": [{"name": "bgclusters", "namespaced": True}]},
    "/apis/late/v1": {"resources": [{"name": "pods", "namespaced": False}]},
    "/apis/bestgres.io/v1/namespaces/ns/bgclusters/db": {"kind": "BGCluster"},
    "/api/v1/nodes/node-1": {"kind": "Node"},
    "/api/v1/namespaces/ns/pods?labelSelector=a%3Db%2Cc": {"items": [{"kind": "Pod"}]},
    "/api/v1/namespaces/ns/pods/db-0/log": "ack 1",
}
connections = 0
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def setup(self):
        global connections
        connections += 1
        super().setup()
    def do_GET(self):
        status = 503 if self.path.endswith("/broken") else 200 if self.path in answers else 404
        answer = answers.get(self.path, "no")
        if self.path.endswith("/count"):
            status, answer = 200, {"connections": connections}
        body = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"Starting to serve on 127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
"""


class ReaderTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.kubectl = self.script("kubectl", KUBECTL)
        self.reader = Reader(self.kubectl, "kubeconfig")

    def script(self, name, text):
        path = pathlib.Path(self.directory.name) / name
        path.write_text(text)
        path.chmod(0o755)
        return str(path)

    def test_objects_are_found_by_their_plural_with_and_without_a_namespace(self):
        self.assertEqual(self.reader.get("bgclusters", "ns", "db"), {"kind": "BGCluster"})
        self.assertEqual(self.reader.get("nodes", "ns", "node-1"), {"kind": "Node"})

    def test_what_does_not_exist_is_none(self):
        self.assertIsNone(self.reader.get("bgclusters", "ns", "other"))

    def test_a_list_is_asked_for_by_its_selector_and_of_two_groups_the_core_wins(self):
        self.assertEqual(self.reader.list("pods", "ns", "a=b,c"), [{"kind": "Pod"}])

    def test_logs_are_text_and_those_of_no_pod_an_error(self):
        self.assertEqual(self.reader.logs("ns", "db-0"), "ack 1")
        with self.assertRaisesRegex(Unreadable, "db-1/log: 404 no"):
            self.reader.logs("ns", "db-1")

    def test_a_thread_keeps_its_connection(self):
        for _ in range(3):
            self.reader.get("bgclusters", "ns", "db")
        self.assertEqual(self.reader.get("bgclusters", "ns", "count"), {"connections": 1})

    def test_an_answer_other_than_the_object_is_a_failure_of_the_case_that_names_path_and_status(self):
        with self.assertRaisesRegex(Failure, "GET /apis/bestgres.io/v1/namespaces/ns/bgclusters/broken: 503 no"):
            World("kubeconfig", "ns", self.kubectl).get("bgclusters", "broken")

    def test_a_kind_that_nobody_serves_is_an_error_that_names_it(self):
        with self.assertRaisesRegex(Unreadable, "unicorns: no API group"):
            self.reader.get("unicorns", "ns", "db")

    def test_a_kubectl_that_does_not_serve_is_an_error_with_its_command(self):
        with self.assertRaisesRegex(Unreadable, "proxy --port=0 did not start"):
            Reader(self.script("mute", "#!/bin/sh\n"), "kubeconfig").get("pods", "ns", "db")


if __name__ == "__main__":
    unittest.main(warnings="ignore")  # connections end with the process
