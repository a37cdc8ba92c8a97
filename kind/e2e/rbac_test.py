"""Unit tests of rbac.py: python3 kind/e2e/rbac_test.py"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from e2e.rbac import Access  # noqa: E402

POD_ROLE = {"rules": [{"resources": ["configmaps"], "verbs": ["patch"], "resourceNames": ["db-config", "db-leader"]},
                      {"resources": ["pods"], "verbs": ["patch"], "resourceNames": ["db-0", "db-1"]}]}


def row(account, verb, resource, name="", allowed=True):
    return {"user": f"system:serviceaccount:default:{account}", "verb": verb, "resource": resource, "name": name,
            "allowed": allowed}


class RbacTest(unittest.TestCase):
    def access(self, *rows):
        return Access(list(rows), "default", {"db": POD_ROLE})

    def test_a_refusal_names_account_verb_and_object(self):
        found = self.access(row("db", "get", "secrets", "db", allowed=False)).refusals()
        self.assertEqual(found, ["db: get secrets db"])

    def test_people_and_other_namespaces_are_nobody_s_business(self):
        other = dict(row("db", "get", "secrets", allowed=False), user="system:serviceaccount:kube-system:x")
        self.assertEqual(self.access(other).refusals(), [])

    def test_an_object_that_is_granted_by_name_must_be_used_by_that_name(self):
        access = self.access(row("db", "patch", "configmaps", "db-config"), row("db", "patch", "pods", "db-1"))
        self.assertEqual(access.unused({}), ["pods: patch configmaps named leader"])

    def test_objects_of_a_group_are_those_of_any_cluster(self):
        of_group = {"rules": [{"resources": ["configmaps"], "verbs": ["patch"], "resourceNames": ["shop-1-leader", "shop-1-sync"]}]}
        rows = [row("shop-worker-0", "patch", "configmaps", "shop-1-leader"), row("db", "patch", "configmaps", "db-sync")]
        access = Access(rows, "default", {"shop-worker-0": of_group})
        self.assertEqual(access.unused({"rules": []}), [])
        self.assertEqual(Access(rows[:1], "default", {"shop-worker-0": of_group}).unused({"rules": []}),
                         ["pods: patch configmaps named sync"])

    def test_what_the_operator_holds_to_grant_it_is_used(self):
        access = self.access(row("db", "patch", "configmaps", "db-config"), row("db", "patch", "pods", "db-1"),
                             row("db", "patch", "configmaps", "db-leader"))
        role = {"rules": [{"resources": ["configmaps"], "verbs": ["patch", "delete"]}]}
        self.assertEqual(access.unused(role), ["operator: delete configmaps"])

    def test_what_only_a_skipped_case_would_use_is_not_missed(self):
        role = {"rules": [{"resources": ["bgclusters"], "verbs": ["create", "delete"]}]}
        access = Access([], "default", {})
        self.assertEqual(access.unused(role, {("bgclusters", "create")}), ["operator: delete bgclusters"])


if __name__ == "__main__":
    unittest.main()
