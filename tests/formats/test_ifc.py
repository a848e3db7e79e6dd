from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from solids3d import InHouse

from vidbudova.errors import UserError

BOX = """ISO-10303-21;
HEADER;
FILE_DESCRIPTION((''),'2;1');
FILE_NAME('a.ifc','2026-01-01T00:00:00',(''),(''),'','','');
FILE_SCHEMA(('IFC4'));
ENDSEC;
DATA;
#1=IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.);
#2=IFCUNITASSIGNMENT((#1));
#3=IFCCARTESIANPOINT((0.,0.,0.));
#4=IFCAXIS2PLACEMENT3D(#3,$,$);
#5=IFCGEOMETRICREPRESENTATIONCONTEXT($,'Model',3,1.E-5,#4,$);
#6=IFCPROJECT('0YvctVUKr0kugbFTf53O9L',$,'P',$,$,$,$,(#5),#2);
#7=IFCPROJECTEDCRS('EPSG:32637',$,$,$,$,$,$);
#8=IFCMAPCONVERSION(#5,#7,500000.,5200000.,40.,1.,0.,1.);
#9=IFCLOCALPLACEMENT($,#4);
#10=IFCCARTESIANPOINT((5.,4.));
#11=IFCAXIS2PLACEMENT2D(#10,$);
#12=IFCRECTANGLEPROFILEDEF(.AREA.,$,#11,10.,8.);
#13=IFCDIRECTION((0.,0.,1.));
#14=IFCEXTRUDEDAREASOLID(#12,#4,#13,6.);
#15=IFCSHAPEREPRESENTATION(#5,'Body','SweptSolid',(#14));
#16=IFCPRODUCTDEFINITIONSHAPE($,$,(#15));
#17=IFCBUILDINGELEMENTPROXY('2O2Fr$t4X7Zf8NOew3FLOH',$,'Box',$,$,#9,#16,$,$);
ENDSEC;
END-ISO-10303-21;
"""


@pytest.fixture
def box(tmp_path: Path) -> Path:
    path = tmp_path / "a.ifc"
    path.write_text(BOX, encoding="utf-8")
    return path


def test_that_without_the_extra_package_a_plain_sentence_says_what_to_install(
    box: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ifcopenshell", None)
    with pytest.raises(UserError, match=r"pip install"):
        InHouse(tmp_path)(box)


def test_that_a_product_stands_where_the_map_says(box: Path, tmp_path: Path) -> None:
    pytest.importorskip("ifcopenshell")
    (mesh,) = InHouse(tmp_path)(box).surfaces("backdrop")
    found = mesh["points"].astype(float) + mesh.meta["origin"]
    assert found.min(axis=0) == pytest.approx([500_000, 5_200_000, 40], abs=0.001)
    assert np.ptp(found, axis=0) == pytest.approx([10, 8, 6], abs=0.001)
    assert mesh.meta["ids"] == ["IfcBuildingElementProxy Box 2O2Fr$t4X7Zf8NOew3FLOH"]
