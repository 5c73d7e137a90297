"""What exists: scene files, distributions, seeds, roads, the catalogue and the scene library."""
