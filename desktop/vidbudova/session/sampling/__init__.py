"""The sample city: streets, blocks, buildings, networks and damage of a made-up Ukrainian town, from a seed alone."""
