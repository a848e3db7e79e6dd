"""The project file: log, tables folded from it, layers, media, snapshots."""
