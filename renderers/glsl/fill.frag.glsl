// Number of the triangle, or its height in a map. Triangles with holes look up their alpha.
in float height;
in vec2 at;
uniform bool map;
layout(location = 0) out ivec2 triangle;  // and its depth

#ifdef HOLES
layout(std430, binding = 0) readonly buffer Holed { ivec2 holed[]; };  // triangle and sheet
layout(std430, binding = 1) readonly buffer Sheets { ivec4 sheets[]; };  // first texel, edge, last level
layout(std430, binding = 2) readonly buffer Least { float least[]; };  // of each sheet and level
uniform sampler2D alphas;  // ATLAS texels a row

float texel(int i) { return texelFetch(alphas, ivec2(i % ATLAS, i / ATLAS), 0).r * 255.0; }

bool hole(int row) {
    ivec4 sheet = sheets[row];
    vec2 dx = dFdx(at), dy = dFdy(at);
    float area = abs(dx.x * dy.y - dx.y * dy.x) * float(sheet.y) * float(sheet.y);
    int level = mip_level(area, sheet.z);
    int base = sheet.x + level_start(sheet.y, level), edge = sheet.y >> level, mask = edge - 1;
    vec2 g = at * float(edge) - 0.5, f = floor(g), w = g - f;
    ivec2 p = ivec2(f) & mask, q = (p + 1) & mask;
    float above = mix(texel(base + p.y * edge + p.x), texel(base + p.y * edge + q.x), w.x);
    float below = mix(texel(base + q.y * edge + p.x), texel(base + q.y * edge + q.x), w.x);
    return mix(above, below, w.y) < least[row * LEVELS + level];
}
#endif

#ifdef BEHIND
layout(std430, binding = 3) readonly buffer Sides { ivec2 sides[]; };  // pane and side of each triangle
uniform isampler2D before;

// Whether a triangle may not be filled behind what is before it, see renderers.fill.lets_in.
bool barred(int t) {
    ivec2 front = texelFetch(before, ivec2(gl_FragCoord.xy), 0).rg;
    if (front.x < 0 || sides[front.x].x == 0) return true;
    int side = sides[t].y, into = sides[front.x].x > OPEN ? sides[front.x].x : 0;
    return gl_FragCoord.z >= intBitsToFloat(front.y) * (1.0 - GAP) || !(side == 0 || (side > 0 && into != side) || into == -side);
}
#endif

void main() {
    int t = gl_PrimitiveID;
#ifdef HOLES
    if (hole(holed[t].y)) discard;
    t = holed[t].x;
#endif
#ifdef BEHIND
    if (barred(t)) discard;
#endif
    triangle = ivec2(map ? floatBitsToInt(height) : t, floatBitsToInt(gl_FragCoord.z));
}
