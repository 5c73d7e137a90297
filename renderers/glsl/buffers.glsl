// World geometry, materials and textures, as renderers.shade.Triangles and Materials hold them.
layout(std430, binding = 0) readonly buffer World { float world[]; };
layout(std430, binding = 1) readonly buffer Camera { float camera[]; };
layout(std430, binding = 2) readonly buffer Normals { float normals[]; };
layout(std430, binding = 3) readonly buffer Uvs { vec2 uvs[]; };
layout(std430, binding = 4) readonly buffer Colours { float colours[]; };
layout(std430, binding = 5) readonly buffer Corners { int corners[]; };
layout(std430, binding = 6) readonly buffer Faces { uint faces[]; };  // material, then instance | kind << 16
layout(std430, binding = 7) readonly buffer Surfaces { vec4 surfaces[]; };  // SURFACE each: colour and texture, emission, gloss, clear
layout(std430, binding = 8) readonly buffer Sheets { ivec4 sheets[]; };  // first texel, edge, last level
layout(std430, binding = 9) readonly buffer Lamps { vec4 lamps[]; };  // place and sort, power, axis
layout(std430, binding = 10) readonly buffer Open { float open_factor[]; };

uniform sampler2D texels;  // square root of linear light, ATLAS texels a row
uniform mat3 camera_from_world;
uniform vec3 eye;
uniform float focal;
uniform ivec2 size;  // of the picture, px

vec3 world_at(int i) { return vec3(world[3 * i], world[3 * i + 1], world[3 * i + 2]); }
vec3 camera_at(int i) { return vec3(camera[3 * i], camera[3 * i + 1], camera[3 * i + 2]); }
vec3 normal_at(int i) { return vec3(normals[3 * i], normals[3 * i + 1], normals[3 * i + 2]); }
vec3 colour_at(int i) { return vec3(colours[3 * i], colours[3 * i + 1], colours[3 * i + 2]); }
ivec3 corners_of(int t) { return ivec3(corners[3 * t], corners[3 * t + 1], corners[3 * t + 2]); }
int material_of(int t) { return int(faces[2 * t]); }
int kind_of(int t) { return int(faces[2 * t + 1] >> 16); }
int instance_of(int t) { return int(faces[2 * t + 1] & 0xffffu); }

// The ray of a pixel position and the plane of a triangle: depth, weights of b and c, pixel area over doubled area.
vec4 surface_at(vec2 position, int t) {
    ivec3 k = corners_of(t);
    vec3 a = camera_at(k.x), u = camera_at(k.y) - a, v = camera_at(k.z) - a;
    vec3 ray = vec3((position - 0.5 * vec2(size)) / focal, 1.0);
    vec3 n = cross(u, v);
    float square = dot(n, n) + 1e-30;
    float facing = dot(n, ray);
    float low = a.z + min(0.0, min(u.z, v.z)), high = a.z + max(0.0, max(u.z, v.z));
    float z = abs(facing) > 1e-14 ? dot(n, a) / facing : low;
    z = clamp(z, low, high);
    vec3 q = ray * z - a;
    float wb = clamp(dot(cross(q, v), n) / square, 0.0, 1.0);
    float wc = clamp(dot(cross(u, q), n) / square, 0.0, 1.0 - wb);
    float cosine = abs(facing) / sqrt(square * dot(ray, ray));
    float across = z / focal;
    return vec4(z, wb, wc, across * across / max(cosine, 0.06) / sqrt(square));
}

vec3 texel(int i) { return texelFetch(texels, ivec2(i % ATLAS, i / ATLAS), 0).rgb; }

vec3 texture_at(int k, vec2 uv, float footprint2) {
    ivec4 sheet = sheets[k];
    int level = mip_level(footprint2 * float(sheet.y) * float(sheet.y), sheet.z);
    int base = sheet.x + level_start(sheet.y, level), edge = sheet.y >> level, mask = edge - 1;
    vec2 g = uv * float(edge) - 0.5, f = floor(g), w = g - f;
    ivec2 p = ivec2(f) & mask, q = (p + 1) & mask;
    int top = base + p.y * edge, bottom = base + q.y * edge;
    vec3 above = mix(texel(top + p.x), texel(top + q.x), w.x), below = mix(texel(bottom + p.x), texel(bottom + q.x), w.x);
    vec3 root = mix(above, below, w.y);
    return root * root;
}
