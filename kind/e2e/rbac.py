"""Whether the service accounts ask for what their Roles grant, and nothing is granted that nobody asks for.

Judged from the API server's record of decisions (the local world's audit file); the Roles are read from the cluster.
"""

OPERATOR = "bestgres-operator"

# Granted but not to be seen in a run, each with the reason why it is granted all the same.
EXCEPTIONS = {
    ("pods", "configmaps", "get"): "Patroni reads an object again after a write that met a conflict, which no case can force",
}


def without_cluster(resource, name, cluster):
    """A name as a Role of any cluster would have it: the same for all members, the same for all clusters."""
    if resource == "configmaps":  # Patroni's are called after the cluster, or after scope and group: the last word says which
        return name.rpartition("-")[2]
    rest = name.removeprefix(cluster + "-")
    return "" if name == "" else "member" if rest.isdigit() else rest


def rights_of(role, cluster):
    rights = set()
    for rule in role.get("rules", []):
        for resource in rule.get("resources", []):
            for verb in rule["verbs"]:
                for name in rule.get("resourceNames", [""]):
                    rights.add((resource, verb, without_cluster(resource, name, cluster)))
    return rights


def uses_of(row, cluster):
    resource = row["resource"] + ("/" + row["subresource"] if row.get("subresource") else "")
    name = without_cluster(resource, row.get("name", ""), cluster)
    return {(resource, row["verb"], name), (resource, row["verb"], "")}


def words(right):
    resource, verb, name = right
    return f"{verb} {resource}" + (f" named {name}" if name else "")


class Access:
    """What was asked of the API server by the operator and by the pods of the clusters of a run."""

    def __init__(self, rows, namespace, pod_roles):
        """`rows` of the audit file; `pod_roles` by name of the cluster."""
        self.pod_roles = pod_roles
        self.refused, self.used = [], {"operator": set(), "pods": set()}
        prefix = f"system:serviceaccount:{namespace}:"
        for row in rows:
            account = row["user"].removeprefix(prefix)
            if account == row["user"] or "resource" not in row:
                continue
            who = "operator" if account == OPERATOR else "pods"
            if row["allowed"]:
                self.used[who] |= uses_of(row, account)
            else:
                self.refused.append(f"{account}: {row['verb']} {row['resource']} {row.get('name', '')}".rstrip())

    def refusals(self):
        return sorted(set(self.refused))

    def unused(self, operator_role, excused=()):
        """Rights that nobody used, but for `excused` (resource, verb). One that the operator holds only to grant it to pods counts
        as used."""
        pods = set().union(*(rights_of(role, cluster) for cluster, role in self.pod_roles.items()))
        operator = {right for right in rights_of(operator_role, OPERATOR)
                    if right[:2] not in excused and not any(right[:2] == granted[:2] for granted in pods)}
        return sorted(f"{who}: {words(right)}" for who, rights in (("operator", operator), ("pods", pods))
                      for right in rights - self.used[who] if (who, *right[:2]) not in EXCEPTIONS)
