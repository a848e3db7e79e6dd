from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import shapely

from vidbudova.formats import arrays
from vidbudova.formats.facets import Face, rings_of, triangles_of
from vidbudova.model.shapes import from_geometries
from vidbudova.scene.built import Forms, Surfaces, built_of, surfaces_of
from vidbudova.scene.camera import Camera
from vidbudova.scene.city import City
from vidbudova.scene.scene import Scene
from vidbudova.scene.solids import Solids, solids_of

X, Y = 500_000.0, 5_200_000.0
RIDGE = [
    [0, 0, 0],
    [10, 0, 0],
    [10, 8, 0],
    [0, 8, 0],
    [0, 0, 6],
    [10, 0, 6],
    [10, 8, 6],
    [0, 8, 6],
    [0, 4, 9],
    [10, 4, 9],
]
GABLED = [
    (1, [0, 3, 2, 1]), (2, [0, 1, 5, 4]), (2, [1, 2, 6, 9, 5]), (2, [2, 3, 7, 6]), (2, [3, 0, 4, 8, 7]),
    (3, [4, 5, 9, 8]), (3, [6, 7, 8, 9]),
]  # fmt: skip


def house(shift: float = 0.0, foot: float = 40.0, inside_out: bool = False) -> list[Face]:
    at = np.array(RIDGE, float) + [X + shift, Y, foot]
    way = -1 if inside_out else 1
    return [Face([at[corners][::way]], surface) for surface, corners in GABLED]


def file_of(houses: list[list[Face]], ids: list[str], folder) -> Surfaces:
    faces = [face for one in houses for face in one]
    rings = rings_of(faces)
    triangles, of = triangles_of(rings, len(faces))
    owner = np.repeat(np.arange(len(houses)), [len(one) for one in houses])[of]
    origin = np.array([X, Y, 0.0])
    path = folder / "house.arrays"
    arrays.write(
        path,
        {
            "points": (rings.xyz - origin).astype(np.float32),
            "triangles": triangles.astype(np.int32),
            "surface": np.array([face.surface for face in faces], np.uint8)[of],
            "owner": owner.astype(np.int32),
            "owner_start": np.searchsorted(owner, np.arange(len(houses) + 1)).astype(np.int64),
        },
        {"origin": origin.tolist(), "ids": ids},
    )
    return surfaces_of(arrays.open_arrays(path))


def two(parts: bool = False) -> Solids:
    boxes = np.array([shapely.box(X, Y, X + 10, Y + 8), shapely.box(X + 30, Y, X + 40, Y + 8)], object)
    columns = {
        "height_m": np.array([9.0, 9.0]),
        "part_of": np.array([None, "a" if parts else None], object),
        "levels": np.array([2.0, 2.0]),
    }
    return solids_of(from_geometries(np.array(["a", "b"], object), boxes, columns))


@pytest.fixture
def scene(tmp_path) -> Iterator[Scene]:
    solids = two()
    file = file_of([house()], ["a"], tmp_path)
    built = built_of([({"lod": "2"}, file)], solids.shapes.ids, solids)
    shown = Scene((320, 200))
    shown.set_city(City({"buildings": solids.shapes}, (X, Y, X + 40, Y + 8), solids, built=built))
    yield shown
    shown.finalize()


def test_that_a_house_wears_its_gables_and_stands_on_the_ground(tmp_path):
    solids = two()
    built = built_of([({"lod": "2"}, file_of([house()], ["a"], tmp_path))], solids.shapes.ids, solids)
    mesh = Forms(built, solids, None).full(solids, np.array([0]), np.zeros(1, np.int8), np.array([X, Y]))
    assert mesh.points[:, 2].min() == pytest.approx(0.0)
    assert mesh.points[:, 2].max() == pytest.approx(9.0)
    ridge = mesh.points[mesh.points[:, 2] > 8.9]
    assert np.ptp(ridge[:, 0]) == pytest.approx(10.0) and np.ptp(ridge[:, 1]) == pytest.approx(0.0)
    assert (mesh.slot == 0).all()


def test_that_absolute_heights_are_kept_where_the_ground_is_known(tmp_path):
    solids = two()
    built = built_of([({"lod": "2"}, file_of([house()], ["a"], tmp_path))], solids.shapes.ids, solids)
    mesh = Forms(built, solids, np.array([38.5, 38.5])).mesh(np.array([0]), np.array([X, Y]))
    assert mesh.points[:, 2].min() == pytest.approx(1.5)


def test_that_heights_of_another_kind_are_set_on_the_ground(tmp_path):
    solids = two()
    built = built_of([({"lod": "2"}, file_of([house(foot=400.0)], ["a"], tmp_path))], solids.shapes.ids, solids)
    mesh = Forms(built, solids, np.array([38.5, 38.5])).mesh(np.array([0]), np.array([X, Y]))
    assert mesh.points[:, 2].min() == pytest.approx(0.0)


def test_that_a_house_modelled_inside_out_looks_outward(tmp_path):
    solids = two()
    meshes = []
    for turned in (False, True):
        file = file_of([house(inside_out=turned)], ["a"], tmp_path)
        built = built_of([({"lod": "2"}, file)], solids.shapes.ids, solids)
        mesh = Forms(built, solids, None).mesh(np.array([0]), np.array([X, Y]))
        corners = mesh.points[mesh.triangles] - mesh.points.mean(axis=0)
        meshes.append(np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum())
    assert meshes[0] > 0 and meshes[1] == pytest.approx(meshes[0], rel=0.05)


def test_that_only_levels_finer_than_a_block_take_the_place_of_the_prism(tmp_path):
    solids = two()
    file = file_of([house()], ["a"], tmp_path)
    assert built_of([({"lod": "1"}, file)], solids.shapes.ids, solids) is None
    finest = built_of([({"lod": "2.2"}, file), ({"lod": "1.3"}, file)], solids.shapes.ids, solids)
    assert finest is not None and finest.file.tolist() == [0]


def test_that_surfaces_of_a_building_are_shown_with_its_part(tmp_path):
    solids = two(parts=True)
    built = built_of([({"lod": "2"}, file_of([house()], ["a"], tmp_path))], solids.shapes.ids, solids)
    assert built is not None and built.has.tolist() == [False, True]
    assert built.lowest_m.tolist() == [40.0, 40.0]
    mesh = Forms(built, solids, None).mesh(np.array([1]), np.array([X, Y]))
    assert (mesh.slot == 0).all() and len(mesh)


def test_that_a_ray_through_the_gable_meets_the_house_and_one_beside_it_does_not(scene):
    def met(z: float, y: float) -> bool:
        found = scene.picker.building(np.array([X - 50, Y + y, z]), np.array([1.0, 0.0, 0.0]))
        return found is not None and found.id == "a"

    assert met(8.0, 4.0)
    assert not met(8.0, 0.5)
    assert met(2.0, 0.5)


def test_that_a_broken_house_is_a_ruin_and_not_its_model(scene):
    broken = np.array([5, 0], np.int8)
    scene.set_building_forms(broken)
    found = scene.picker.building(np.array([X - 50, Y + 4, 8.5]), np.array([1.0, 0.0, 0.0]))
    assert found is not None and found.id == "b"


def test_that_the_roof_is_seen_and_its_edges_are_outlined(scene):
    scene.set_camera(Camera((X + 5, Y + 4, 4.0), 40.0, 30.0, 30.0))
    scene.render("still")
    before = scene.image().astype(int)
    scene.select([0])
    scene.render("still")
    assert np.abs(scene.image().astype(int) - before).sum() > 0
    edges = scene.forms.edges(np.array([0]), scene.origin)
    ridge = edges[(edges[..., 2] > 8.9).all(axis=1)]
    assert len(ridge) == 1


def test_that_arrays_that_do_not_fit_together_are_refused(tmp_path):
    path = tmp_path / "bad.arrays"
    points, triangles = np.zeros((3, 3), np.float32), np.array([[0, 1, 7]], np.int32)
    arrays.write(
        path,
        {"points": points, "triangles": triangles, "surface": np.zeros(1, np.uint8), "owner_start": np.array([0, 1])},
        {"origin": [0, 0, 0], "ids": ["a"]},
    )
    with pytest.raises(ValueError, match="corner"):
        surfaces_of(arrays.open_arrays(path))
