// From triangle numbers to radiance and maps: renderers.pixels on a graphics card. Each triangle in a pixel is shaded once.
layout(local_size_x = 8, local_size_y = 8) in;
layout(std430, binding = 11) writeonly buffer Radiance { float radiance[]; };
layout(std430, binding = 12) writeonly buffer Depth { float depth[]; };
layout(std430, binding = 13) writeonly buffer Classes { uint classes[]; };  // instance | kind << 16
layout(std430, binding = 14) writeonly buffer Normal { float normal[]; };

uniform isampler2D plain;  // triangle of each pixel, -1 where nothing is
uniform isampler2D fine;  // of each coverage sample
uniform int samples;  // along an edge of a pixel, 1 or 2

vec3 facing_normal(ivec3 k, vec3 w, vec3 place) {
    vec3 n = normal_at(k.x) * w.x + normal_at(k.y) * w.y + normal_at(k.z) * w.z;
    float scale = inversesqrt(dot(n, n) + 1e-20);
    return n * (dot(n, eye - place) < 0.0 ? -scale : scale);
}

vec3 shaded(vec2 position, int t) {
    vec4 met = surface_at(position, t);
    ivec3 k = corners_of(t);
    vec3 w = vec3(1.0 - met.y - met.z, met.y, met.z);
    vec3 place = world_at(k.x) * w.x + world_at(k.y) * w.y + world_at(k.z) * w.z;
    vec3 n = facing_normal(k, w, place);
    vec3 v = eye - place;
    float distance = sqrt(dot(v, v) + 1e-12);
    v /= distance;
    int m = 3 * material_of(t);
    vec3 tint = colour_at(k.x) * w.x + colour_at(k.y) * w.y + colour_at(k.z) * w.z;
    int sheet = int(surfaces[m].w);
    if (sheet >= 0) {
        vec2 a = uvs[k.x], b = uvs[k.y] - a, c = uvs[k.z] - a;
        tint *= texture_at(sheet, a + b * w.y + c * w.z, abs(b.x * c.y - c.x * b.y) * met.w);
    }
    vec3 albedo = tint * surfaces[m].rgb, glow = tint * surfaces[m + 1].rgb, gloss = surfaces[m + 2].xyz;
    if (snow > 0.0) snowed(place, n.z, kind_of(t), albedo, glow);
    float nl = dot(n, sun), lit = 0.0;
    if (sun_colour.g > 0.0 && nl > 0.0) {
        vec3 lift = n * (LIFT * sqrt(max(0.0, 1.0 - nl * nl)));
        float reached = sunlit(place + lift * sun_texel, sun_map, sun_rows);
        if (reached < 0.0) reached = abs(sunlit(place + lift * far_sun_texel, far_sun_map, far_sun_rows));
        lit = nl * reached;
    }
    float open_sky = open_share(place + vec3(FACADE_LIFT * n.xy, 0.0), dot(open_rows[2], vec4(place, 1.0)));
    float seen = sky_seen(place + 0.05 * n);
    float up = 0.5 + 0.5 * n.z, above = 0.5 * seen * up * open_sky;
    float below = (1.0 - up * open_sky) * (0.3 + 0.7 * seen) * (0.5 + 0.5 * open_sky);
    vec3 light = sun_colour * lit + (zenith + horizon) * above + ground * below;
    vec3 colour = glow + albedo * (1.0 - gloss.y) * light;
    float nv = max(dot(n, v), 1e-3);
    if (gloss.x < 0.8) {
        vec2 lobe = vec2(0.0);
        if (lit > 0.0) lobe = ggx(n, v, sun, nv, max(nl, 1e-3), gloss.x);
        vec3 base = gloss.z + (albedo - gloss.z) * gloss.y;
        float grazing = pow(max(1.0 - nv, 0.0), 5.0) * (1.0 - gloss.x) * (1.0 - gloss.x);
        colour += reflected(n, v, gloss.x, seen) * (base + (1.0 - base) * grazing);
        colour += sun_colour * (lobe.x * lit) * (base + (1.0 - base) * lobe.y);
    }
    if (lamp_count > 0) colour += lamplight(place, n, v, nv, seen, albedo, gloss);
    return mix(horizon * 0.85, colour, exp(-haze * distance));
}

vec3 radiance_at(vec2 position, int t) {
    int kind;
    return t < 0 ? beyond(position, kind) : shaded(position, t);
}

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
