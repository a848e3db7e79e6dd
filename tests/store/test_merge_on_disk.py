import random

import pytest
from houses import CRS, quick
from interleaving import play

from vidbudova.model.change import NOW, digest, encode
from vidbudova.model.merge import fold
from vidbudova.model.schema import TABLES
from vidbudova.store.project import create

STORIES = 40


def lines(changes):
    """Encoded Changes with the hash that chains each to the one before of its replica."""
    last, found = {}, []
    for change in sorted(changes, key=lambda c: c.seq):
        data = encode(change)
        last[change.replica] = digest(last.get(change.replica, ""), data)
        found.append((data, last[change.replica]))
    return found


def complete(table, row):
    """A row of the reference as the project gives it: with every field of the schema."""
    empty = {f.name: frozenset() if f.kind == "set" else None for f in TABLES[table].fields}
    return {**empty, **row}


@pytest.mark.parametrize("seeds", [range(i, i + 10) for i in range(0, STORIES, 10)])
def test_that_a_project_file_holds_what_the_reference_folds_to_in_any_order(tmp_path, seeds):
    for seed in seeds:
        changes = play(seed, steps=40)
        expected = fold(changes)
        chance = random.Random(seed)
        for copy in range(2):
            project = create(tmp_path / f"{seed}-{copy}.vbp.gpkg", CRS, quick)
            some = lines(changes)
            chance.shuffle(some)
            middle = chance.randrange(len(some))
            project.receive(some[:middle])
            project.receive(some)
            found = {(NOW, t, i): row for t in ("zones", "damage_marks") for i, row in project.rows(t).items()}
            assert found == {key: complete(key[1], row) for key, row in expected.rows.items()}
            assert project.conflicts() == expected.conflicts
            assert project.check() == []
            project.close()
