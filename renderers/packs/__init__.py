"""Builders of asset packs: they fetch packages of registries and make GLB files of them. Never needed to draw."""
