// Wet ground mirrors what stands on it: renderers.wet on a graphics card (McGuire and Mara 2014).
layout(local_size_x = 8, local_size_y = 8) in;
layout(std430, binding = 11) readonly buffer Radiance { float radiance[]; };
layout(std430, binding = 12) readonly buffer Depth { float depth[]; };
layout(std430, binding = 13) readonly buffer Classes { uint classes[]; };
layout(std430, binding = 14) readonly buffer Normal { float normal[]; };
layout(std430, binding = 15) writeonly buffer Wet { float wet[]; };

uniform isampler2D plain;
uniform bool tilted;  // whether the ground slopes as `normal` says
uniform float is_ground[KINDS];

vec3 dry(int i) { return vec3(radiance[3 * i], radiance[3 * i + 1], radiance[3 * i + 2]); }

// Pixel that a ray meets, and how far to believe it.
float met(vec3 from, vec3 d, out int pixel) {
    float t = FIRST;
    for (int s = 0; s < STEPS; s++) {
        vec3 q = from + d * t;
        if (q.z < 0.1) break;
        vec2 at = focal * q.xy / q.z + 0.5 * vec2(size);
        ivec2 u = ivec2(at);  // cuts towards zero, as int() does
        if (u.x < 0 || u.y < 0 || u.x >= size.x || u.y >= size.y) break;
        pixel = u.y * size.x + u.x;
        float behind = q.z - depth[pixel];
        if (behind > 0.0 && behind < SOLID * (1.0 + t) && is_ground[classes[pixel] >> 16] == 0.0)
            return min(1.0, float(min(min(u.x, size.x - 1 - u.x), u.y)) / (0.08 * float(size.x)));
        t *= GROWTH;
    }
    pixel = 0;
    return 0.0;
}

void main() {
    ivec2 p = ivec2(gl_GlobalInvocationID.xy);
    if (p.x >= size.x || p.y >= size.y) return;
    int i = p.y * size.x + p.x, t = texelFetch(plain, p, 0).r;
    vec3 colour = dry(i);
    vec3 gloss = t < 0 ? vec3(1.0) : surfaces[SURFACE * material_of(t) + 2].xyz;
    if (t >= 0 && is_ground[classes[i] >> 16] > 0.0 && gloss.x < ROUGH) {
        vec3 c = vec3((vec2(p) + 0.5 - 0.5 * vec2(size)) / focal, 1.0) * depth[i];
        vec3 v = normalize(-c * camera_from_world), n = vec3(0.0, 0.0, 1.0);
        if (tilted && normal[3 * i + 2] > LEVEL) n = vec3(normal[3 * i], normal[3 * i + 1], normal[3 * i + 2]);
        float vn = dot(n, v), dull = 1.0 - gloss.x;
        float share = gloss.z + (1.0 - gloss.z) * pow(1.0 - max(vn, 1e-3), 5.0) * dull * dull;
        vec3 sky = reflected(n, v, gloss.x, 1.0);
        for (int ray = 0; ray < RAYS; ray++) {
            float slope = 1.0 + 2.2 * gloss.x * (lattice(p.x, p.y, seed + 11 + ray) + float(ray) - 0.5 * RAYS) / RAYS;
            vec3 d = camera_from_world * (vn * n - v + n * (vn * max(slope, 0.05)));
            int pixel;
            float edge = met(c, d, pixel);
            colour += share * edge / RAYS * (dry(pixel) - sky);
        }
        colour = max(colour, 0.0);
    }
    wet[3 * i] = colour.r, wet[3 * i + 1] = colour.g, wet[3 * i + 2] = colour.b;
}
