"""Change and Delta, the schema, damage, zones: plain values and functions; no files, no clock, no global state."""
