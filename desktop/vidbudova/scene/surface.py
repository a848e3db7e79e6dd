"""One drawn mesh: arrays to an actor with one of our shaders, and the uniforms that a frame sets once for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rewrite = Callable[[str], str]


class Look:
    """A pair of shaders with its uniforms, shared by every surface that wears it."""

    def __init__(self, vertex: str, fragment: str, uniforms: Mapping[str, float | Sequence[float]]) -> None:
        from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLShaderProperty

        self.property = vtkOpenGLShaderProperty()
        self._code = vertex, fragment
        self._rewrites: dict[str, tuple[Rewrite, Rewrite]] = {}
        self._write()
        self.known = dict(uniforms)
        for name, value in uniforms.items():
            self._put(name, value)

    def set(self, values: Mapping[str, float | Sequence[float]]) -> None:
        """New values of the uniforms that this look has; others are passed over."""
        for name, value in values.items():
            if name in self.known and self.known[name] != value:
                self.known[name] = value
                self._put(name, value)

    def wrap(self, name: str, vertex: Rewrite, fragment: Rewrite) -> None:
        """Rewrite the shaders under a name; VTK compiles them at the next frame, and keeps the old ones for later."""
        self._rewrites[name] = (vertex, fragment)
        self._write()

    def unwrap(self, name: str) -> None:
        """Take a rewriting back."""
        if self._rewrites.pop(name, None) is not None:
            self._write()

    def _write(self) -> None:
        vertex, fragment = self._code
        for of_vertex, of_fragment in self._rewrites.values():
            vertex, fragment = of_vertex(vertex), of_fragment(fragment)
        self.property.SetVertexShaderCode(vertex)
        self.property.SetFragmentShaderCode(fragment)

    def add(self, values: Mapping[str, float | Sequence[float]]) -> None:
        """More uniforms that this look has from now on."""
        for name, value in values.items():
            self.known[name] = value
            self._put(name, value)

    def _put(self, name: str, value: float | Sequence[float]) -> None:
        for uniforms in (self.property.GetVertexCustomUniforms(), self.property.GetFragmentCustomUniforms()):
            if isinstance(value, Sequence):
                {2: uniforms.SetUniform2f, 3: uniforms.SetUniform3f}[len(value)](name, list(value))
            else:
                uniforms.SetUniformf(name, float(value))


class Surface:
    """Triangles on the screen. Made shown; `show` and `place` change what is cheap to change."""

    def __init__(
        self,
        renderer: Any,
        look: Look,
        points: NDArray[np.float32],
        triangles: NDArray[np.int32],
        attributes: Mapping[str, NDArray[np.float32]],
        position: Sequence[float] = (0.0, 0.0, 0.0),
        *,
        texture: Any = None,
        cull: bool = False,
        data: Any = None,
    ) -> None:
        from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

        self.renderer, self.position = renderer, tuple(position)
        self.data = polydata(points, triangles, attributes) if data is None else data
        self.mapper = vtkPolyDataMapper()
        self.mapper.SetInputData(self.data)
        self.mapper.SetStatic(True)
        self.mapper.ScalarVisibilityOff()
        self.mapper.SetVBOShiftScaleMethod(0)
        for name in attributes:
            self.mapper.MapDataArrayToVertexAttribute(name, name, 0, -1)
        self.actor = vtkActor()
        self.actor.SetMapper(self.mapper)
        self.actor.SetShaderProperty(look.property)
        self.actor.SetPosition(*position)
        self.actor.GetProperty().LightingOff()
        self.actor.GetProperty().SetBackfaceCulling(cull)
        if texture is not None:
            self.actor.SetTexture(texture)
        # opaque for VTK even where it blends: its own translucent pass would rewrite the shaders
        self.actor.ForceOpaqueOn()
        renderer.AddActor(self.actor)

    def show(self, shown: bool) -> None:
        """Draw it or leave it out."""
        self.actor.SetVisibility(shown)

    def lift(self) -> None:
        """Draw it after everything else of its renderer."""
        self.renderer.RemoveActor(self.actor)
        self.renderer.AddActor(self.actor)

    def remove(self) -> None:
        """Take it off the renderer; its buffers go with it."""
        self.renderer.RemoveActor(self.actor)


def polydata(
    points: NDArray[np.float32], triangles: NDArray[np.int32], attributes: Mapping[str, NDArray[np.float32]]
) -> Any:
    """A vtkPolyData that holds the arrays themselves, not copies."""
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData

    data, places, cells = vtkPolyData(), vtkPoints(), vtkCellArray()
    places.SetData(vtk_array(np.ascontiguousarray(points, np.float32)))
    data.SetPoints(places)
    flat = np.ascontiguousarray(triangles, np.int32).reshape(-1)
    offsets = np.arange(0, len(flat) + 1, 3, dtype=np.int32)
    cells.SetData(vtk_array(offsets), vtk_array(flat))
    data.SetPolys(cells)
    for name, values in attributes.items():
        array = vtk_array(np.ascontiguousarray(values, np.float32))
        array.SetName(name)
        data.GetPointData().AddArray(array)
    return data


def vtk_array(values: NDArray[np.generic]) -> Any:
    """A VTK array over the same memory."""
    from vtkmodules.util import numpy_support

    wrap: Any = numpy_support.numpy_to_vtk
    return wrap(values)
