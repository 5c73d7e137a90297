"""How it looks: meshes, rasteriser, labels and the camera chain."""
