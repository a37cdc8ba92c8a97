"""Cases register themselves here: a name, what they need, and whether they must run alone."""
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Case:
    name: str
    run: Callable
    alone: bool = False           # it disturbs all clusters: a node, the API server or the operator goes away
    needs: tuple = ()             # abilities of the world's hooks, such as "kill_container"
    both_patronis: bool = False   # ci/test runs it with Patroni 4.1 as well
    rights: tuple = ()            # (resource, verb) that the operator uses in this case alone: not missed where it is skipped


CASES = []


def case(name, **properties):
    def register(function):
        CASES.append(Case(name=name, run=function, **properties))
        return function
    return register
