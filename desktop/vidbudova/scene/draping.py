"""Draping: what lies flat is drawn from straight above, in small pictures that the patches of the ground then wear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vidbudova.scene import massing
from vidbudova.scene.city import City
from vidbudova.scene.colours import Colours
from vidbudova.scene.footing import Footing
from vidbudova.scene.imagery import Imagery
from vidbudova.scene.land import LAND_TILE_M, Ground
from vidbudova.scene.layers import Bandses, flat_layers, standing_layers
from vidbudova.scene.looks import FLAT_LAYERS, make_looks
from vidbudova.scene.pick import Picker
from vidbudova.scene.relief import Bounds
from vidbudova.scene.relief_looks import picture_look
from vidbudova.scene.relief_tint import hatched, hillshade, shade, slopes, tinted
from vidbudova.scene.solids import Floats, Solids
from vidbudova.scene.style import Colour, Style
from vidbudova.scene.surface import Look, Surface, vtk_array
from vidbudova.scene.tiles import Band, Bands, Purse, grid_of
from vidbudova.scene.window import Window

GroundKind = Literal["model", "imagery", "hillshade", "heights"]
GROUNDS: tuple[GroundKind, ...] = ("model", "imagery", "hillshade", "heights")

PX, RIM_PX = 256, 2
"""The edge of a picture, and how much of it overlaps its neighbours so that no seam shows."""
EDGE = (RIM_PX / PX, 1.0 - 2 * RIM_PX / PX)
SAMPLES = 2
"""Drawn so many times as wide and high, then averaged: four samples a pixel cost less than the driver's own."""
FINE_TILE_M, FINE_TEXEL_M = 320.0, 0.9
"""Pictures finer than that take what lies flat from small tiles, so that few triangles are drawn for them."""
FULL_SHADOWS_M, FARTHEST_SHADOWS_M = 900.0, 6000.0
FOCAL_PX = 1100.0
"""What is worth drawing from a distance is worth drawing in a picture as fine as a usual view is there."""
SMALL_LAND_M = {"land3": 12_000.0, "land2": 60_000.0}
MOST_TRIANGLES = 2_000_000
OWN = frozenset(
    {"haze", "perPixel", "pixel", "screen", "ahead", "steep", "eyeHeight", "sideLit", "front", "hazeColour", "depth"}
)
"""Uniforms that are the picture's own; all others are as in the view."""


WORN = frozenset(
    {*FLAT_LAYERS, "building", "shadow", "cast", "fill", "cell", "area", "line", "feature", "feature_line"}
)  # fmt: skip
"""Looks that are drawn from above, and the one that knows the light; others follow the camera at every frame."""


class Above:
    """What tiles ask of a view, looking straight down on a square from where a pixel is so large."""

    def __init__(self, bounds: Bounds, texel_m: float) -> None:
        self.bounds, self.texel_m = bounds, texel_m

    def sees(self, bounds: Floats, top_m: Floats) -> NDArray[np.bool_]:
        """Which boxes (k, 4) lie in the square."""
        x0, y0, x1, y1 = self.bounds
        return np.asarray((bounds[:, 0] < x1) & (bounds[:, 2] > x0) & (bounds[:, 1] < y1) & (bounds[:, 3] > y0))

    def distance(self, bounds: Floats, top_m: Floats) -> Floats:
        """How far off a usual view would be to show as much."""
        return np.full(len(bounds), self.texel_m * FOCAL_PX)

    seen_from = distance


class Drape:
    """The window from above and what is drawn in it.

    kind : what lies under everything: the model's own ground, imagery, hillshade, or colours by height.
    changes : counted up when every picture is out of date.
    """

    def __init__(
        self, city: City, footing: Footing, solids: Solids, colours: Colours, style: Style, looks: Mapping[str, Look]
    ) -> None:
        assert footing.relief is not None
        self.footing, self.relief, self.style, self.solids = footing, footing.relief, style, solids
        self.window = Window((SAMPLES * PX, SAMPLES * PX), True, None)
        self.window.clear_colour(style["ground"])
        self.looks = {name: look for name, look in make_looks(style).items() if name in WORN}
        self.looks["picture"] = picture_look({})
        for look in self.looks.values():
            look.set({"haze": (1e9, 1.0), "screen": (float(PX), float(PX)), "pixel": 1.0})
        self.view_looks = looks
        self.anisotropy = 1.0
        self.kind: GroundKind = "model"
        self.imagery = Imagery(city.imagery)
        self.broken = np.zeros(len(solids), np.int8)
        self.texture = colours.twin()
        self.shown: Mapping[str, bool] = {}
        self.coarse: Bandses = {}
        self._fine: Bandses | None = {}
        self.casts: Bandses = {}
        self.shadows = self._shadows()
        self._under = self._picture()

    @property
    def over(self) -> tuple[Any, Mapping[str, Look]]:
        """Where marks that lie on the ground are drawn, and what they wear."""
        return self.window.overlay, self.looks

    # -- what is drawn --------------------------------------------------------------------------------------------

    def dress(self, city: City, picker: Picker) -> None:
        """Another dress of what lies flat."""
        self.clear_layers()
        self._dress, self._fine = (city, picker), None
        self.coarse = self._flat(LAND_TILE_M)
        solid = Ground(self.window.solid, self.looks, self.footing.origin)
        self.casts = _roomy(standing_layers(solid, self.footing, city, picker, self.style, ("cast",)))

    def _flat(self, tile_m: float) -> Bandses:
        ground = Ground(self.window.flat, self.looks, self.footing.origin)
        return _roomy(flat_layers(ground, self._dress[0], self.style, tile_m))

    def sort_fine(self) -> Bandses:
        """What lies flat by small tiles: sorted into them at the first rest or near picture, not while a city opens."""
        if self._fine is None:
            self._fine = self._flat(FINE_TILE_M)
        return self._fine

    def _shadows(self) -> Bands:
        rows = np.flatnonzero(self.solids.drawn)
        low, high = self.solids.low[rows] - self.footing.origin, self.solids.high[rows] - self.footing.origin
        # a shadow reaches out of the tile of what casts it
        grid = grid_of(low, high, 3.0 * self.solids.top_m[rows], FINE_TILE_M)
        reach = grid.top_m[:, None]
        bounds = np.hstack([grid.bounds[:, :2] - reach, grid.bounds[:, 2:] + reach])
        grid = type(grid)(grid.order, grid.starts, grid.cell, bounds, np.zeros(len(grid)))

        def maker(full: bool) -> Any:
            def make(tile: int) -> list[Surface]:
                position = (bounds[tile, :2] + bounds[tile, 2:]) / 2
                build = massing.full if full else massing.boxes
                own = rows[grid.rows(tile)]
                mesh = build(self.solids, own, self.broken[own], self.footing.origin + position)
                worn = {"facade": mesh.facade, "slot": mesh.slot[:, None]}
                at = (float(position[0]), float(position[1]), 0.0)
                return [
                    Surface(
                        self.window.solid, self.looks["shadow"], mesh.points, mesh.triangles, worn, at,
                        texture=self.texture,
                    )
                ]  # fmt: skip

            return make

        return Bands(
            [
                Band(grid, maker(True), 0.0, FULL_SHADOWS_M),
                Band(grid, maker(False), FULL_SHADOWS_M, FARTHEST_SHADOWS_M),
            ]
        )

    def break_up(self, broken: NDArray[np.int8]) -> None:
        """Other broken forms (one a solid): their shadows are made anew."""
        differs, self.broken = broken != self.broken, broken
        rows = np.flatnonzero(self.solids.drawn)
        for key in list(self.shadows.drawn.made):
            if differs[rows[self.shadows.bands[key[0]].grid.rows(key[1])]].any():
                self.shadows.drawn.drop(key)

    def follow_view(self) -> bool:
        """Wear the uniforms of the view's looks; whether any differed."""
        differs, looks = False, self.view_looks
        for name, look in self.looks.items():
            known = looks[name].known if name in looks else {}
            values = {n: v for n, v in known.items() if n not in OWN and n in look.known and look.known[n] != v}
            differs |= bool(values)
            look.set(values)
        lit = zip(self.style["ground"], _vector(self.view_looks["ground"].known["flatLight"]), strict=True)
        r, g, b = (min(tone * share, 1.0) for tone, share in lit)
        self.window.clear_colour((r, g, b))
        return differs

    @property
    def _soft(self) -> int:
        """How many pixels may share a slope: light on a model's ground is soft, a hillshade is looked at for itself."""
        return 4 if self.kind == "model" else 1

    # -- pictures -------------------------------------------------------------------------------------------------

    def bake(self, bounds: Bounds, purse: Purse) -> NDArray[np.uint8] | None:
        """The picture (PX, PX, 3) of a square (local bounds), rows from the south; None where the purse was short."""
        x0, y0, x1, y1 = bounds
        texel = (x1 - x0) / (PX - 2 * RIM_PX)
        wide = (x0 - RIM_PX * texel, y0 - RIM_PX * texel, x1 + RIM_PX * texel, y1 + RIM_PX * texel)
        if not self._placed(Above(wide, texel), purse):
            return None
        east, north = self.footing.origin
        place = (wide[0] + east, wide[1] + north, wide[2] + east, wide[3] + north)
        slope = None if self.kind == "imagery" else slopes(self.relief, place, PX // self._soft)
        self._lay_under(self._base(place, slope), wide)
        self._look_down(wide, texel)
        self.window.render_window.Render()
        pixels = _averaged(self.window.pixels())
        if self.kind != "model" or slope is None:
            return pixels
        building = self.looks["building"].known
        sun, sunlight, skylight = (_vector(building[name]) for name in ("toSun", "sunlight", "skylight"))
        light = shade(slope, sun, sunlight, skylight).repeat(self._soft, axis=0).repeat(self._soft, axis=1)
        return np.asarray(np.minimum(pixels * light, 255.0), np.uint8)

    def _placed(self, view: Above, purse: Purse) -> bool:
        """Show what this square holds; whether all of it was made."""
        near = view.texel_m < FINE_TEXEL_M
        used, other = (self.sort_fine(), self.coarse) if near else (self.coarse, self._fine or {})
        for bands in other.values():
            bands.drawn.show(set())
        before, purse.short = purse.short, False
        for (layer, _part), bands in used.items():
            bands.shown = self._shows(layer)
            bands.place(view, 1.0, purse)  # type: ignore[arg-type]
        shaded = self._shows("shadows")
        for (layer, _part), bands in self.casts.items():
            bands.shown = shaded and self._shows(layer)
            bands.place(view, 1.0, purse)  # type: ignore[arg-type]
        self.shadows.shown = shaded and self._shows("buildings")
        self.shadows.place(view, 1.0, purse)  # type: ignore[arg-type]
        whole, purse.short = not purse.short, before or purse.short
        return whole

    def _shows(self, layer: str) -> bool:
        bare = self.kind == "imagery" and layer in ("landuse", "water")
        return not bare and not (self.kind != "model" and layer == "landuse") and self.shown.get(layer, True)

    def _base(self, place: Bounds, slope: tuple[Floats, Floats] | None) -> NDArray[np.uint8] | None:
        if slope is None:
            return self.imagery.picture(place, PX, self.style["ground"])
        if self.kind == "hillshade":
            return hatched(hillshade(slope, self.style["paper"]), self.relief, place)
        if self.kind == "heights":
            return hatched(tinted(self.relief, place, PX, slope), self.relief, place)
        return None

    def _picture(self) -> tuple[Surface, Any, NDArray[np.uint8]]:
        """The quad that carries what is under everything, and its picture."""
        texels = np.zeros((PX * PX, 3), np.uint8)
        texture, image = texture_of(texels)
        corner = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
        quad = Surface(
            self.window.flat, self.looks["picture"], np.c_[corner - 0.5, np.zeros(4)].astype(np.float32),
            np.array([[0, 1, 2], [0, 2, 3]], np.int32), {"place": corner}, texture=texture,
        )  # fmt: skip
        quad.show(False)
        return quad, image, texels

    def _lay_under(self, picture: NDArray[np.uint8] | None, bounds: Bounds) -> None:
        quad, image, texels = self._under
        quad.show(picture is not None)
        if picture is None:
            return
        texels[:] = picture.reshape(-1, 3)
        image.GetPointData().GetScalars().Modified()
        image.Modified()
        size = bounds[2] - bounds[0]
        quad.actor.SetScale(size, size, 1.0)
        quad.actor.SetPosition((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2, 0.0)

    def _look_down(self, bounds: Bounds, texel_m: float) -> None:
        x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
        lens = self.window.flat.GetActiveCamera()
        lens.ParallelProjectionOn()
        lens.SetParallelScale((bounds[3] - bounds[1]) / 2)
        lens.SetPosition(x, y, 1000.0)
        lens.SetFocalPoint(x, y, 0.0)
        lens.SetViewUp(0.0, 1.0, 0.0)
        lens.SetClippingRange(10.0, 2000.0)
        for look in self.looks.values():
            look.set({"perPixel": texel_m})

    def clear_layers(self) -> None:
        """Take what lies flat off."""
        for bands in (*(self._fine or {}).values(), *self.coarse.values(), *self.casts.values()):
            bands.clear()

    def clear(self) -> None:
        """Give everything back."""
        self.clear_layers()
        self.shadows.clear()
        self.window.finalize()


def _roomy(layers: Bandses) -> Bandses:
    """The same with room for all that pictures of many scales need."""
    for bands in layers.values():
        bands.drawn.most = MOST_TRIANGLES
    return layers


def _averaged(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(PX, PX, 3) means of SAMPLES × SAMPLES pixels."""
    whole = np.ascontiguousarray(pixels).view(np.uint32).reshape(PX, SAMPLES, PX, SAMPLES)
    found = _middle(_middle(whole[:, 0, :, 0], whole[:, 1, :, 0]), _middle(whole[:, 0, :, 1], whole[:, 1, :, 1]))
    return np.ascontiguousarray(found.view(np.uint8).reshape(PX, PX, 4)[..., :3])


def _middle(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Means of four bytes at a time."""
    return np.asarray((a | b) - (((a ^ b) >> np.uint32(1)) & np.uint32(0x7F7F7F7F)))


def _vector(value: float | Sequence[float]) -> Sequence[float]:
    return value if isinstance(value, Sequence) else (value,)


def texture_of(texels: NDArray[np.uint8], mipmaps: bool = False) -> tuple[Any, Any]:
    """A texture over (n · n, 3) texels, rows from the south, and the image in it."""
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkRenderingCore import vtkTexture

    side = round(len(texels) ** 0.5)
    image = vtkImageData()
    image.SetDimensions(side, side, 1)
    image.GetPointData().SetScalars(vtk_array(texels))
    texture = vtkTexture()
    texture.SetInputData(image)
    texture.InterpolateOn()
    texture.SetMipmap(mipmaps)
    texture.RepeatOff()
    texture.EdgeClampOn()
    texture.SetColorModeToDirectScalars()
    texture.SetMaximumAnisotropicFiltering(1.0)
    return texture, image


def plain(colour: Colour | Sequence[float]) -> Any:
    """A texture of one colour."""
    return texture_of(np.tile(np.round(np.array(colour) * 255).astype(np.uint8), (4, 1)))[0]
