from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from PIL import Image
from solids3d import CUBE, SHELL, InHouse

from vidbudova.errors import UserError

NAMES = {2: "2.0", 3: "3.0"}
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<core:CityModel xmlns:core="http://www.opengis.net/citygml/2.0" '
    'xmlns:bldg="b" xmlns:gml="g" xmlns:app="a" xmlns:gen="e" xmlns:xlink="x" xmlns:dem="d">'
)
SURFACES = ("GroundSurface", "RoofSurface", *["WallSurface"] * 4)
SHIFT = np.array([500_000.0, 5_200_000.0, 40.0])


@pytest.fixture
def take(tmp_path: Path) -> InHouse:
    return InHouse(tmp_path)


def polygon(k: int, corners: list[list[float]], swapped: bool = False) -> str:
    rows = np.array([*corners, corners[0]])
    rows = rows[:, [1, 0, 2]] if swapped else rows
    said = " ".join(f"{v:.3f}" for v in rows.ravel())
    return (
        f'<gml:Polygon gml:id="p{k}"><gml:exterior><gml:LinearRing gml:id="r{k}"><gml:posList srsDimension="3">'
        f"{said}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"
    )


def building(more: str = "", swapped: bool = False) -> str:
    cube = (np.array(CUBE, float) + SHIFT).tolist()
    bounded = "".join(
        f"<bldg:boundedBy><bldg:{name}><bldg:lod2MultiSurface><gml:MultiSurface><gml:surfaceMember>"
        f"{polygon(k, [cube[i] for i in face[0]], swapped)}"
        f"</gml:surfaceMember></gml:MultiSurface></bldg:lod2MultiSurface></bldg:{name}></bldg:boundedBy>"
        for k, (name, face) in enumerate(zip(SURFACES, SHELL, strict=True))
    )
    links = "".join(f'<gml:surfaceMember xlink:href="#p{k}"/>' for k in range(6))
    solid = (
        "<bldg:lod2Solid><gml:Solid><gml:exterior><gml:CompositeSurface>"
        f"{links}</gml:CompositeSurface></gml:exterior></gml:Solid></bldg:lod2Solid>"
    )
    return (
        f'<core:cityObjectMember><bldg:Building gml:id="b1"><gml:name>School 3</gml:name>{more}{solid}{bounded}'
        "</bldg:Building></core:cityObjectMember>"
    )


def city(path: Path, body: str, srs: str = "urn:ogc:def:crs,crs:EPSG::32637,crs:EPSG::5773", head: str = HEAD) -> Path:
    envelope = f'<gml:boundedBy><gml:Envelope srsName="{srs}"></gml:Envelope></gml:boundedBy>'
    path.write_text(head + envelope + body + "</core:CityModel>", encoding="utf-8")
    return path


def test_that_a_solid_of_links_takes_up_the_surfaces_once_and_is_closed(take: InHouse, tmp_path: Path) -> None:
    taken = take(city(tmp_path / "a.gml", building("<bldg:storeysAboveGround>2</bldg:storeysAboveGround>")))
    (row,) = taken.rows("buildings")
    assert (row["name"], row["levels"], row["height_m"]) == ("School 3", 2.0, 6.0)
    assert shapely.from_wkb(row["geom"]).area == pytest.approx(80.0)
    (mesh,) = taken.surfaces()
    assert np.bincount(mesh["surface"]).tolist() == [0, 2, 8, 2]
    assert taken.problems() == {}
    assert taken.rows("models")[0]["height_datum"] == "EGM96 height"


def test_that_north_may_come_first(take: InHouse, tmp_path: Path) -> None:
    shifted = building(swapped=True).replace("5200", "5600")
    path = city(tmp_path / "a.gml", shifted, "urn:ogc:def:crs:EPSG::31467")
    taken = take(path, project_crs="EPSG:31467")
    x, y = shapely.from_wkb(taken.rows("buildings")[0]["geom"]).bounds[:2]
    assert (x, y) == pytest.approx((500_000.0, 5_600_000.0), abs=0.01)
    assert "axes-swapped" in taken.problems()


def test_that_german_names_of_systems_are_known(take: InHouse, tmp_path: Path) -> None:
    taken = take(city(tmp_path / "a.gml", building(), "urn:adv:crs:ETRS89_UTM32*DE_DHHN92_NH"))
    assert taken.report["crs"] == "EPSG:25832"
    assert taken.rows("models")[0]["height_datum"] == "DHHN92 height"


def test_that_generic_attributes_and_colours_come_along(take: InHouse, tmp_path: Path) -> None:
    more = (
        '<gen:stringAttribute name="owner"><gen:value>Misto</gen:value></gen:stringAttribute>'
        "<app:appearance><app:Appearance><app:surfaceDataMember><app:X3DMaterial><app:diffuseColor>0.5 0 0"
        "</app:diffuseColor><app:target>#p1</app:target></app:X3DMaterial></app:surfaceDataMember></app:Appearance>"
        "</app:appearance>"
    )
    taken = take(city(tmp_path / "a.gml", building(more)))
    assert '"owner":"Misto"' in taken.rows("buildings")[0]["attributes"]
    (mesh,) = taken.surfaces()
    assert mesh["rgb"][mesh["surface"] == 3].tolist() == [[128, 0, 0]] * 2


def test_that_pictures_lie_on_their_rings(take: InHouse, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), (10, 200, 30)).save(tmp_path / "roof.png")
    texture = (
        "<app:appearanceMember><app:Appearance><app:surfaceDataMember><app:ParameterizedTexture>"
        '<app:imageURI>roof.png</app:imageURI><app:target uri="#p1"><app:TexCoordList>'
        '<app:textureCoordinates ring="#r1">0 0 1 0 1 1 0 1 0 0</app:textureCoordinates></app:TexCoordList>'
        "</app:target></app:ParameterizedTexture></app:surfaceDataMember></app:Appearance></app:appearanceMember>"
    )
    (mesh,) = take(city(tmp_path / "a.gml", building() + texture)).surfaces()
    assert mesh["image"][mesh["surface"] == 3].tolist() == [0, 0]
    assert mesh.meta["images"] == ["roof.png"]


def test_that_relief_is_shown_as_it_is(take: InHouse, tmp_path: Path) -> None:
    corners = (np.array([[0, 0, 0], [10, 0, 1], [0, 10, 2]], float) + SHIFT).tolist()
    triangle = polygon(9, corners).replace("Polygon", "Triangle")
    relief = (
        '<core:cityObjectMember><dem:ReliefFeature gml:id="f"><dem:lod>1</dem:lod><dem:reliefComponent>'
        '<dem:TINRelief gml:id="t"><dem:lod>1</dem:lod><dem:tin><gml:TriangulatedSurface><gml:trianglePatches>'
        f"{triangle}</gml:trianglePatches></gml:TriangulatedSurface></dem:tin></dem:TINRelief></dem:reliefComponent>"
        "</dem:ReliefFeature></core:cityObjectMember>"
    )
    taken = take(city(tmp_path / "a.gml", relief))
    assert taken.rows("features")[0]["kind"] == "relief"
    assert len(taken.surfaces("backdrop")[0]["triangles"]) == 1


@pytest.mark.parametrize(
    "evil",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://example.org/evil.dtd"> %a;]>',
    ],
)
def test_that_entities_are_refused(take: InHouse, tmp_path: Path, evil: str) -> None:
    path = city(tmp_path / "a.gml", building(), head=HEAD.replace("?>\n", "?>" + evil))
    with pytest.raises(UserError):
        take(path)


def test_that_a_broken_end_gives_an_error(take: InHouse, tmp_path: Path) -> None:
    path = city(tmp_path / "a.gml", building())
    path.write_text(path.read_text(encoding="utf-8")[:-300], encoding="utf-8")
    with pytest.raises(UserError):
        take(path)


def test_that_a_link_that_leads_nowhere_is_told(take: InHouse, tmp_path: Path) -> None:
    said = building().replace('xlink:href="#p5"', 'xlink:href="#gone"')
    assert take(city(tmp_path / "a.gml", said)).problems()["link-broken"] == 1


@pytest.mark.parametrize(
    ("name", "crs", "buildings"),
    [
        ("DenHaag_1BwBP.gml", None, 7),
        ("lod2_buildings_v3.gml", None, 100),
        ("lod4_building_v2.gml", None, 1),
    ],
)
def test_that_real_models_come_in_whole(
    take: InHouse, shared_data: Path, name: str, crs: str | None, buildings: int
) -> None:
    taken = take(shared_data / "city3d" / name, crs=crs, project_crs="EPSG:32632")
    assert len(taken.rows("buildings")) == buildings
    assert taken.report["kept"] == taken.report["read"]
    assert taken.rows("models")


def test_that_rooms_of_an_indoor_model_come_as_a_backdrop(take: InHouse, shared_data: Path) -> None:
    taken = take(shared_data / "city3d" / "FZK-Haus_full.gml", crs="EPSG:25832", project_crs="EPSG:25832")
    assert {row["kind"] for row in taken.rows("features")} == {"room"}
    assert taken.rows("models")[0]["role"] == "backdrop"
