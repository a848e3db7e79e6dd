"""The Scene: a city in one render window for life. VTK only, no Qt; the ui shows what it draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vidbudova.model.shapes import Shapes
from vidbudova.scene import camera as cameras
from vidbudova.scene import finding, ground, land, models, pace
from vidbudova.scene.buildings import Buildings
from vidbudova.scene.built import Forms
from vidbudova.scene.camera import Camera, Floats, Size
from vidbudova.scene.city import City, nothing
from vidbudova.scene.cloud_part import clouds_of
from vidbudova.scene.colours import HIDDEN, HOVERED, SELECTED, Colours
from vidbudova.scene.daylight import Daylight
from vidbudova.scene.draping import GroundKind
from vidbudova.scene.dressing import Dress, dressed
from vidbudova.scene.features import Features
from vidbudova.scene.finding import PICKED
from vidbudova.scene.footing import footing_of
from vidbudova.scene.ground_pick import GroundPicker
from vidbudova.scene.grounding import draped_by, reach_m, relief_of, terrain_of, watch
from vidbudova.scene.layers import LAYERS, layers_of
from vidbudova.scene.light import Light
from vidbudova.scene.looks import make_looks, shares_of, uniforms_of
from vidbudova.scene.marks import Marks
from vidbudova.scene.overlay import Overlay
from vidbudova.scene.parts import Frame, Part
from vidbudova.scene.pick import Pick, Picker
from vidbudova.scene.results import ResultLayers
from vidbudova.scene.section import Section
from vidbudova.scene.solids import Ints, solids_of
from vidbudova.scene.style import style
from vidbudova.scene.sunmap import SunMap
from vidbudova.scene.surface import Surface
from vidbudova.scene.terrain import Terrain
from vidbudova.scene.tiles import Bands, Purse, View
from vidbudova.scene.touching import changed_dress
from vidbudova.scene.window import FEWEST_AVERAGED, Window

Quality = Literal["moving", "still", "playing"]

STILL_PURSE_S, STILL_FRAMES, MOST_OUTLINED = 0.12, 12, 3000
STILL_S, FIRST_S = 0.1, 0.03
"""About how long one call may work on a still picture before it hands back what there is; the first call of it less."""


class Scene:
    """See the module. Pixels are physical, with their origin at the top left; places are in the project's CRS."""

    def __init__(self, size: Size = (1280, 720), offscreen: bool = True, render_window: Any = None) -> None:
        self.window = Window(size, offscreen, render_window)
        self.theme = style("light")
        self.looks = make_looks(self.theme)
        self.camera = Camera()
        self.city = City()
        self.origin: Floats = np.zeros(2)
        self.buildings: Buildings | None = None
        self.bands: dict[tuple[str, str], Bands] = {}
        self.parts: dict[str, Part] = {}
        self.terrain: Terrain | None = None
        self.forms = Forms(None, solids_of(nothing()), None)
        self.ground_kind: GroundKind = "model"
        self.light = Light(self.looks)
        self.visible = dict.fromkeys(LAYERS, True)
        self.incomplete = False
        self.pace, self._drawing_s = 1.0, 0.0
        self.still_s = STILL_S
        self._resting: tuple[tuple[object, ...], int] | None = None
        self._short_of_tiles = False
        self.opacity: dict[str, float] = {}
        # what was last said with each method, so that a change of theme can say it again
        self._said: dict[str, tuple[Any, ...]] = {}
        self.marks = Marks(self.window.overlay, self.looks, self.visible)
        self.zones = self.observations = self.cells = nothing()
        self.dots: Floats = np.zeros((0, 3))
        self.section, self.sunmap, self.results = Section(self), SunMap(self), ResultLayers(self)
        self._furnish()
        self.set_city(City())

    @property
    def size(self) -> Size:
        """Width and height in physical pixels."""
        return self.window.size

    def _furnish(self) -> None:
        renderer = self.window.flat
        self.window.clear_colour(self.theme["haze"])
        self.ground = ground.ground_disc(renderer, self.looks["ground"], self.theme["ground"])
        self.sky = ground.sky_dome(renderer, self.looks["sky"])

    def set_city(self, city: City) -> None:
        """Show another city; the camera stays where it is."""
        self._strip()
        self._said = {}
        self.city = city
        self.origin = np.array([city.bounds[0] + city.bounds[2], city.bounds[1] + city.bounds[3]]) / 2
        self.solids = city.solids or solids_of(city.table("buildings"))
        self.colours = Colours(len(self.solids), self.theme["building"])
        self.footing = footing_of(city, self.solids, self.origin, relief_of(city, self.ground_kind))
        feet = self.footing.feet
        self.picker = Picker(self.solids, None if feet is None else feet + self.footing.level_m)
        self._build()

    def _strip(self) -> None:
        if self.buildings is not None:
            self.buildings.clear()
        for bands in self.bands.values():
            bands.clear()
        for part in self.parts.values():
            part.clear()
        self.bands, self.parts, self.terrain = {}, {}, None
        self.marks.clear()

    def _build(self) -> None:
        looks = self.looks
        self.terrain = terrain_of(self)
        self.marks.overlay = Overlay(self.window.overlay, looks, self.footing, draped_by(self.terrain))
        self.buildings = Buildings(self.window.body, self.solids, self.colours, looks, self.footing)
        models.put(self)
        watch(self)
        self.parts |= clouds_of(self)
        self.parts |= {"section": self.section, "results": self.results.fitted()}
        self.set_dresses({})

    def set_dresses(self, dresses: Mapping[str, Dress]) -> None:
        """How the features of some tables of the city look; all others are as the model has them."""
        before = self._said.get("set_dresses", ({},))[0]
        self._said["set_dresses"] = (dresses,)
        self.marks.changes += 1
        for bands in self.bands.values():
            bands.clear()
        self.drawn = dressed(self.city, dresses)
        self.bands = layers_of(self.drawn, self.window, self.looks, self.footing, self.picker, self.theme)
        if self.terrain is not None:
            self.terrain.dress(self.drawn, self.picker, changed_dress(self.city, before, dresses))
        roads = self.drawn.table("roads")
        self.on_ground = GroundPicker(roads, land.road_widths(roads))
        self.on_ground.set_zones(self.zones)
        self.features = Features(self.drawn, self._above)
        self.features.lay(self.marks, self.theme)
        share = dresses.get("buildings", Dress()).share
        self.colours.clear_by(np.ones(len(self.solids)) if share is None else share[self.solids.owner])

    def set_building_colours(
        self, rgb: NDArray[np.uint8], hatched: NDArray[np.bool_] | None = None, broken: NDArray[np.int8] | None = None
    ) -> None:
        """Colours (n, 3) of all buildings, seen once no result covers them; which are hatched, and broken (0, 4, 5)."""
        owner = self.solids.owner
        self.results.wearing.paint(slice(None), rgb[owner], None if hatched is None else hatched[owner])
        if broken is not None:
            self.set_building_forms(broken)

    def set_building_forms(self, broken: NDArray[np.int8]) -> None:
        """Which buildings are broken (0, 4 or 5); only the tiles of those that changed are made anew."""
        assert self.buildings is not None
        self.buildings.break_up(broken.astype(np.int8))
        self.picker.broken = self.buildings.broken

    def recolour(self, indices: Ints | Sequence[int], rgb: NDArray[np.uint8]) -> None:
        """Colours (k, 3), or one colour, for some buildings."""
        self.results.wearing.paint(np.asarray(indices, np.int64), rgb)

    def select(self, indices: Ints | Sequence[int]) -> None:
        """Lift these buildings and outline them; none for an empty list."""
        self._said["select"] = (indices,)
        self.colours.flag(SELECTED, self._with_parts(indices))
        self.marks.lay("selection", self._outlined(indices, "selection", "edge"))

    def hover(self, index: int | None) -> None:
        """Lift one building a little."""
        indices = [] if index is None else [index]
        self.colours.flag(HOVERED, self._with_parts(indices))
        self.marks.lay("hover", self._outlined(indices, "hover", "edge_soft"))

    def _with_parts(self, indices: Ints | Sequence[int]) -> Ints:
        return np.flatnonzero(np.isin(self.solids.owner, np.asarray(indices, np.int64)))

    def _outlined(self, indices: Ints | Sequence[int], colour: str, look: str) -> list[Surface]:
        assert self.buildings is not None
        rows = self._with_parts(indices)
        rows = rows[self.solids.drawn[rows]][:MOST_OUTLINED]
        return self.marks.overlay.edges(models.outlines(self, rows), self.theme[colour], look)

    def set_zones(self, zones: Shapes | None, volumes: bool = False) -> None:
        """Zones (columns kind, colour, height_m) draped on the ground, or as bodies too."""
        self._said["set_zones"] = (zones, volumes)
        self.zones = zones or nothing()
        self.on_ground.set_zones(self.zones)
        self.marks.zones(self.zones, volumes, self.theme)

    def set_observations(
        self, points: Shapes | None, rgb: NDArray[np.uint8] | None = None, unmatched: NDArray[np.bool_] | None = None
    ) -> None:
        """Observations as dots in their own colours (n, 3); `unmatched` ones are ringed."""
        self._said["set_observations"] = (points, rgb, unmatched)
        self.observations = points or nothing()
        self.dots = np.c_[self.observations.xy, self._above(self.observations.xy)]
        self.marks.observations(self.observations, self.dots, rgb, unmatched)

    def set_cells(self, cells: Shapes | None, rgb: NDArray[np.uint8] | None = None) -> None:
        """Observed cells and areas as translucent pieces of ground in their own colours (n, 3)."""
        self._said["set_cells"] = (cells, rgb)
        self.marks.cells(cells or nothing(), rgb)

    def set_quarantine(self, points: Shapes | None, areas: Shapes | None = None) -> None:
        """Rows that were set aside, as dots and outlines."""
        self._said["set_quarantine"] = (points, areas)
        points = points or nothing()
        self.marks.quarantine(points, self._above(points.xy), areas or nothing(), self.theme)

    def _above(self, xy: Floats) -> Floats:
        """Heights just over the building at each place, or over the ground."""
        return self.picker.above(xy) + self.footing.ground(xy)

    def set_hidden(self, hidden: NDArray[np.bool_]) -> None:
        """Leave some buildings out (a filter); a mask with one entry a building."""
        self.picker.hidden = hidden[self.solids.owner]
        self.colours.flag(HIDDEN, self.picker.hidden)

    def set_visible(self, layer: str, shown: bool) -> None:
        """Show or hide a layer of LAYERS."""
        self.visible[layer] = shown
        self.marks.show(layer, shown)

    def set_order(self, layers: Sequence[str]) -> None:
        """Which of zones, observations, cells and quarantine lies above which: the last uppermost."""
        self.marks.stack(layers)

    def set_opacity(self, layer: str, opacity: float) -> None:
        """How solid a layer of marks or flat things is, 0 to 1."""
        self.opacity[layer] = opacity
        for look, (uniform, share) in shares_of(self.theme).get(layer, {}).items():
            self.looks[look].set({uniform: share * opacity})

    def set_theme(self, name: Literal["light", "dark"]) -> None:
        """Light or dark; building colours that were set stay."""
        if name == self.theme.name:
            return
        before = np.round(np.array(self.theme["building"]) * 255).astype(np.uint8)
        self.theme = style(name)
        for look in self.looks.values():
            look.set(uniforms_of(self.theme))
        self.light.shine(self.light.daylight, self.theme)
        for layer in shares_of(self.theme):
            self.set_opacity(layer, self.opacity.get(layer, 1.0))
        self.ground.remove()
        self.sky.remove()
        self._furnish()
        self.again(before)

    def again(self, plain: NDArray[np.uint8]) -> None:
        """Make everything anew, dressed as it was; buildings that wore `plain` wear the model's colour again."""
        assert self.buildings is not None
        worn, broken, said = self.colours.texels.copy(), self.buildings.broken, dict(self._said)
        self.set_city(self.city)
        bare = (worn[:, :3] == plain).all(1)
        worn[bare, :3] = self.colours.texels[bare, :3]
        self.colours.texels[:] = worn
        self.colours.changed()
        self.set_building_forms(broken)
        for tell, arguments in said.items():
            getattr(self, tell)(*arguments)

    def set_daylight(self, daylight: Daylight | None) -> None:
        """Let the sun of a day shine; None for the architect's light."""
        self.light.shine(daylight, self.theme)

    def set_camera(self, camera: Camera) -> None:
        """Look from there at the next frame."""
        self.camera = camera

    def resize(self, width: int, height: int) -> None:
        """Another size in physical pixels."""
        self.window.resize((max(width, 1), max(height, 1)))

    def render(self, quality: Quality = "moving") -> None:
        """Draw a frame. A still one averages several, about `still_s` seconds a call; `incomplete` asks for more.

        One while playing is as a moving one, and cheap and smooth where the camera rests.
        """
        if quality == "playing" and self.results.particles.draw():
            return
        begin = perf_counter()
        if quality != "still":
            self.sunmap.move()
            self.incomplete = self.prepare(self.pace, pace.purse_s(self._drawing_s), still=False).short
            begin = perf_counter()
            self.window.draw()
            self._drawing_s = perf_counter() - begin
            self.pace = pace.after(self.pace, self._drawing_s)
            return
        fewest, patience = FEWEST_AVERAGED, self.still_s
        if self._resting != (self.seen(), self.window.drawn) or not self.window.owned:
            self.begin_still()
            fewest, patience = (1, min(FIRST_S, patience)) if patience <= STILL_S else (fewest, patience)
        done = self.window.averaged_frames >= STILL_FRAMES
        while not done:
            done = self.refine()
            if self.window.averaged_frames >= fewest and perf_counter() - begin > patience:
                break
        short = self._short_of_tiles
        self._resting = None if short else (self.seen(), self.window.drawn)
        self.incomplete = short or not done

    def seen(self) -> tuple[object, ...]:
        """All that a picture depends on, last what moves by itself; while it stays, a still one goes on."""
        assert self.buildings is not None
        changes: tuple[int, ...] = self.colours.changes, self.marks.changes, self.buildings.changes, self.light.changes
        changes += tuple(part.changes for part in self.parts.values())
        shown = tuple(self.visible.items()), tuple(self.opacity.items())
        return self.camera, self.size, self.theme.name, id(self.city), changes, shown, self.results.moment

    def rests(self) -> bool:
        """Whether the last picture was a whole still one of what there is now, but for what moves by itself."""
        seen, drawn = self._resting or ((), 0)
        is_same = seen[:-1] == self.seen()[:-1] and drawn == self.window.drawn
        return is_same and self.window.averaged_frames >= STILL_FRAMES

    def begin_still(self) -> None:
        """Start a still picture; each `refine` then adds one frame to it."""
        detail = pace.at_rest(self.pace, patient=self.still_s > STILL_S)
        purse = self.prepare(detail, max(STILL_PURSE_S, self.still_s), still=True)
        self._short_of_tiles = purse.short
        self.window.begin_average()

    def refine(self) -> bool:
        """Add one frame to the still picture, in about the time of a moving one; True when it is finished."""
        done = self.window.averaged_frames + 1
        if self.window.owned:
            self.sunmap.rest(self.window.averaged_frames, self.local(self.camera))
            self.light.soften(self.window.averaged_frames)
        self.window.add_frame()
        self.light.soften(0, 0.0)
        return done >= STILL_FRAMES or not self.window.owned

    def prepare(self, detail: float, purse_s: float, still: bool = True) -> Purse:
        """Choose what this view shows and set the light and the lens."""
        camera = self.local(self.camera)
        view, purse = View(camera, self.size), Purse(purse_s)
        assert self.buildings is not None
        blend = self.opacity.get("buildings", 1.0) < 1.0 or self.colours.clear
        self.window.put_first(bodies=self.terrain is not None and not blend)
        self.buildings.shown = self.visible["buildings"]
        self.buildings.shaded = self.visible["shadows"] and self.terrain is None
        self.buildings.place(view, detail, purse, still and self.window.owned)
        for (layer, _), bands in self.bands.items():
            bands.shown = self.visible[layer]
            bands.place(view, detail, purse)
        for part in self.parts.values():
            part.place(Frame(camera, view, self.size, detail, purse, still))
        self.light.aim(view, self.camera, self.size)
        self.ground.actor.SetPosition(view.eye[0], view.eye[1], self.footing.horizon_m(float(view.eye[2])))
        self.sky.actor.SetPosition(*view.eye)
        tops = [getattr(part, "highest_m", 0.0) for part in self.parts.values()]
        highest = max([float(self.solids.top_m.max(initial=30.0)) + self.footing.span_m, *tops])
        self.window.aim(camera, highest, reach_m(self, view))
        return purse

    def local(self, camera: Camera) -> Camera:
        """The same view from the origin of what is drawn."""
        return cameras.moved_by(camera, -np.array([*self.origin, self.footing.level_m]))

    def image(self) -> NDArray[np.uint8]:
        """The last frame, (h, w, 3), top row first."""
        return self.window.image()

    def pick(self, x: float, y: float, kinds: Sequence[str] = PICKED) -> Pick | None:
        """What is under a pixel, exactly, among some kinds of thing; None for the sky."""
        return finding.pick(self, x, y, kinds)

    def ground_point(self, x: float, y: float) -> tuple[float, float, float] | None:
        """Where the ray through a pixel meets the ground; None for the sky."""
        return finding.ground_point(self, x, y)

    def project(self, points: Floats) -> tuple[Floats, Floats]:
        """Pixels (n, 2) and depths (n,) of points (n, 3); depths of 0 or less are behind the eye."""
        return cameras.project(self.camera, points, self.size)

    def in_rectangle(self, x0: float, y0: float, x1: float, y1: float) -> Ints:
        """Buildings whose middle is seen inside a rectangle of pixels."""
        return self.in_polygon(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float64))

    def in_polygon(self, pixels: Floats) -> Ints:
        """Buildings whose middle is seen inside a polygon of pixels (k, 2); wholes, not their parts."""
        return finding.in_polygon(self, pixels)

    def finalize(self) -> None:
        """Give the graphics memory back; the Scene cannot be used after."""
        self._strip()
        self.window.finalize()
