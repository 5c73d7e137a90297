// Mip levels as renderers.materials packs them: of edges e, e/2 ... one after the other.
int mip_level(float area, int last) { return area > 2.0 ? min(int(0.5 * log2(area) + 0.5), last) : 0; }

// First texel of a level, counted from level 0.
int level_start(int edge, int level) {
    int own = edge >> level;
    return (edge * edge - own * own) / 3 * 4;
}
