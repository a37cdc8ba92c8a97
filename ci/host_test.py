"""Unit tests of host.py: python3 ci/host_test.py"""
import pathlib
import re
import sys
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from host import WRITER, HostWriter  # noqa: E402


class HostWriterTest(unittest.TestCase):
    def test_the_writer_of_this_machine_finds_all_that_its_script_asks_for(self):
        cluster = types.SimpleNamespace(name="db", secret="db", world=None, password=lambda: "secret")
        environment = HostWriter(cluster, "127.0.0.1", "writer.log").environment()
        asked = re.findall(r'os\.environ\["(\w+)"\]', WRITER)
        self.assertIn("PGPASSWORD", asked)
        for name in asked:
            self.assertTrue(environment.get(name), name)
        self.assertEqual(environment["TARGET"], "127.0.0.1")
        self.assertEqual(environment["PGPASSWORD"], "secret")


if __name__ == "__main__":
    unittest.main()
