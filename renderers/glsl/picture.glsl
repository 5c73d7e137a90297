// From triangle numbers to radiance and maps: renderers.pixels on a graphics card. Each triangle in a pixel is shaded once.
layout(local_size_x = 8, local_size_y = 8) in;
layout(std430, binding = 11) writeonly buffer Radiance { float radiance[]; };
layout(std430, binding = 12) writeonly buffer Depth { float depth[]; };
layout(std430, binding = 13) writeonly buffer Classes { uint classes[]; };  // instance | kind << 16
layout(std430, binding = 14) writeonly buffer Normal { float normal[]; };

uniform isampler2D plain;  // triangle of each pixel, -1 where nothing is
uniform isampler2D fine;  // of each coverage sample
uniform int samples;  // along an edge of a pixel, 1 or 2

void write_maps(ivec2 p, int t) {
    int i = p.y * size.x + p.x, kind;
    vec2 middle = vec2(p) + 0.5;
    vec3 n = vec3(0.0);
    if (t < 0) {
        beyond(middle, kind);
        depth[i] = uintBitsToFloat(0x7f800000u);
        classes[i] = uint(kind) << 16;
    } else {
        vec4 met = surface_at(middle, t);
        ivec3 k = corners_of(t);
        vec3 w = vec3(1.0 - met.y - met.z, met.y, met.z);
        n = facing_normal(k, w, world_at(k.x) * w.x + world_at(k.y) * w.y + world_at(k.z) * w.z);
        depth[i] = met.x;
        classes[i] = faces[2 * t + 1];
    }
    normal[3 * i] = n.x, normal[3 * i + 1] = n.y, normal[3 * i + 2] = n.z;
}

void main() {
    ivec2 p = ivec2(gl_GlobalInvocationID.xy);
    if (p.x >= size.x || p.y >= size.y) return;
    int t = texelFetch(plain, p, 0).r;
    write_maps(p, t);
    vec3 colour = vec3(0.0);
    if (samples == 1) {
        colour = radiance_at(vec2(p) + 0.5, t);
    } else {
        int ids[4];
        for (int k = 0; k < 4; k++) ids[k] = texelFetch(fine, 2 * p + ivec2(k & 1, k >> 1), 0).r;
        for (int k = 0; k < 4; k++) {
            int own = ids[k];
            if (own == -2) continue;
            float count = 0.0;
            vec2 sum = vec2(0.0);
            for (int j = k; j < 4; j++) {
                if (ids[j] != own) continue;
                count += 1.0;
                sum += vec2(0.25 + 0.5 * float(j & 1), 0.25 + 0.5 * float(j >> 1));
                ids[j] = -2;
            }
            colour += 0.25 * count * radiance_at(vec2(p) + sum / count, own);
        }
    }
    int i = 3 * (p.y * size.x + p.x);
    radiance[i] = colour.r, radiance[i + 1] = colour.g, radiance[i + 2] = colour.b;
}
