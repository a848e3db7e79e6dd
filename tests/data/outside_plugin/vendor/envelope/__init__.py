"""A small library that the plugin brings along: outer surfaces of upright buildings."""

import shapely


def outer_area_m2(footprints, height_m):
    """Walls, roof and floor of upright prisms, m²: perimeter times height and twice the footprint."""
    return shapely.length(footprints) * height_m + 2.0 * shapely.area(footprints)


def volume_m3(footprints, height_m):
    """Volume of upright prisms, m³."""
    return shapely.area(footprints) * height_m
