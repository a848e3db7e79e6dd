"""How rows look: tiles, meshes, colours, picks and cameras. VTK is imported when a Scene is made, not before.

Nothing is imported here: two threads that load different files of this room at the same time must not wait for each
other through it.
"""
