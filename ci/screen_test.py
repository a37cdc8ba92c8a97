"""Unit tests of screen.py: python3 ci/screen_test.py"""
import contextlib
import io
import pathlib
import sys
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "kind"))

import screen  # noqa: E402


class TableTest(unittest.TestCase):
    def setUp(self):
        self.groups = [("GROUP", "SHARDS"), ("1", "16")]
        self.members = [("MEMBER", "LAG"), ("db-0", "0 KiB")]
        self.notes, self.news = ["Running"], []

    def drawn(self, table):
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            table.draw()
        return printed.getvalue()

    def table(self):
        return screen.Table(lambda: [self.groups, self.members], lambda: self.notes, lambda: self.news)

    def test_elsewhere_than_on_a_terminal_only_what_changed_is_printed(self):
        table = self.table()
        self.assertEqual(self.drawn(table), "  GROUP  SHARDS\n  1      16\n\n  MEMBER  LAG\n  db-0    0 KiB\n\n  Running\n\n")
        self.assertEqual(self.drawn(table), "")
        self.members = [("MEMBER", "LAG"), ("db-0", "9 KiB")]  # it lags all the time
        self.assertEqual(self.drawn(table), "")
        self.groups = [("GROUP", "SHARDS"), ("1", "11")]
        self.assertEqual(self.drawn(table), "  GROUP  SHARDS\n  1      11\n\n")
        self.news = ["a primary was killed"]
        self.assertEqual(self.drawn(table), "  a primary was killed\n\n")

    def test_on_a_terminal_what_was_drawn_is_drawn_over_and_lines_are_cut_to_its_width(self):
        terminal = types.SimpleNamespace(columns=12)
        self.addCleanup(setattr, screen, "on_terminal", screen.on_terminal)
        self.addCleanup(setattr, screen.shutil, "get_terminal_size", screen.shutil.get_terminal_size)
        screen.on_terminal = lambda: True
        screen.shutil.get_terminal_size = lambda: terminal
        table = self.table()
        first = self.drawn(table)
        self.assertNotIn("\x1b[J", first)
        self.assertIn("\n  db-0    0\n", first)
        self.news = ["killed"]
        self.assertTrue(self.drawn(table).startswith("\x1b[7A\x1b[J  killed\n"))
        self.assertEqual(table.drawn, 7)


if __name__ == "__main__":
    unittest.main()
