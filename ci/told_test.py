"""Unit tests of told.py and of what ci/demo --sharded counts: python3 ci/told_test.py"""
import pathlib
import sys
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "kind"))

from demo_sharded import longest_pause  # noqa: E402
from told import PROOFS, Told, group_rows, notes  # noqa: E402

DRAINING = {"phase": "Scaling", "ready": "3/3", "removal": {"cluster": "shop-worker-2", "group": 3, "step": "Draining"},
            "job": {"id": 2, "state": "running", "moved": "3/11"},
            "waitingFor": [{"because": "background job 2 of Citus, which moves shards"}],
            "decisions": [{"time": "10:00:00", "effect": "move shards off shop-worker-2", "because": "11 placements are on it"}]}


def seen(when, status):
    return types.SimpleNamespace(when=when, object={"status": status})


class ToldTest(unittest.TestCase):
    def test_each_step_each_wait_and_each_decision_is_told_once(self):
        states = [seen(5.0, {"decisions": [{"time": "09:59:00", "effect": "an earlier one", "because": "of something"}]})]
        told = Told(states)
        told.begin()
        told.begun = 10.0
        states += [seen(11.5, DRAINING), seen(13.0, DRAINING)]
        self.assertEqual(told.news(), [
            "   1.5 s  move shards off shop-worker-2, because 11 placements are on it",
            f"   1.5 s  Draining: {PROOFS['Draining']}",
            "   1.5 s  waits for background job 2 of Citus, which moves shards"])
        self.assertEqual(told.news(), [])
        states.append(seen(20.0, dict(DRAINING, waitingFor=[], removal={"step": "Stopping"})))
        self.assertEqual(told.news(), [f"  10.0 s  Stopping: {PROOFS['Stopping']}"])

    def test_what_is_waited_for_again_is_told_again_in_the_next_chapter(self):
        states = [seen(5.0, {"waitingFor": [{"because": "a primary of shop-worker-0"}]})]
        told = Told(states)
        self.assertEqual(len(told.news()), 1)
        told.begin()
        states += states
        self.assertEqual(len(told.news()), 1)

    def test_a_command_that_failed_is_told(self):
        text = "RunCitus remove shop-worker-2: ERROR:  canceling statement due to lock timeout"
        told = Told([seen(0.0, {"conditions": [{"type": "Progressing", "message": text}]})])
        told.begun = -2.0
        self.assertEqual(told.news(), [f"   2.0 s  {text}"])

    def test_the_notes_say_how_far_moves_and_a_removal_are(self):
        self.assertEqual(notes(DRAINING), ["Scaling, 3/3 groups ready", "job 2 of Citus is running: 3/11 moves",
                                           "shop-worker-2 is being removed: Draining"])
        self.assertEqual(notes({}), ["not seen by the operator yet, 0 groups ready"])

    def test_a_group_that_is_not_there_yet_has_a_row(self):
        rows = group_rows({"groups": [{"name": "shop-coordinator", "registered": False}]})
        self.assertEqual(rows[1], ("0", "shop-coordinator", "-", "-", "-", "0", "0", "no"))

    def test_the_longest_pause_begins_at_the_fault_at_the_earliest(self):
        self.assertEqual(longest_pause(10.0, [13.0, 14.0, 14.5]), 3.0)
        self.assertEqual(longest_pause(10.0, [10.5, 14.5]), 4.0)
        self.assertNotEqual(longest_pause(10.0, []), 0.0)


if __name__ == "__main__":
    unittest.main()
