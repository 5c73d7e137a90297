// Sky, shadows and what surfaces throw back: the formulas of renderers.sky, shade, openness, points, lamps and snow.
uniform isampler2D sun_map, far_sun_map, sky_map;  // bits of the height towards the sun and of the height, m
uniform vec4 sun_rows[3], far_sun_rows[3], sky_rows[3], open_rows[3];  // texel from world
uniform float sun_texel, far_sun_texel, sky_texel;  // m
uniform int open_count;  // edge of the map of open sky, 1 where there is none
uniform vec3 sun, sun_colour, zenith, horizon, ground;
uniform float clouds, haze, snow;
uniform int seed, lamp_count;
uniform float trod[KINDS];  // share of the snow that stays, by kind

float lattice(int x, int y, int key) {
    uint h = uint(x) * 374761393u + uint(y) * 668265263u + uint(key) * 2246822519u;
    h = (h ^ (h >> 13)) * 1274126177u;
    h = (h ^ (h >> 16)) * 2654435761u;
    return float(h >> 8) * (1.0 / 16777216.0);
}

float value_noise(float x, float y, int key) {
    float fx = floor(x), fy = floor(y);
    int ix = int(fx), iy = int(fy);
    float ax = x - fx, ay = y - fy;
    ax = ax * ax * (3.0 - 2.0 * ax);
    ay = ay * ay * (3.0 - 2.0 * ay);
    float top = mix(lattice(ix, iy, key), lattice(ix + 1, iy, key), ax);
    return mix(top, mix(lattice(ix, iy + 1, key), lattice(ix + 1, iy + 1, key), ax), ay);
}

float roofline(vec3 d, int key) { return 0.06 + 0.32 * value_noise(atan(d.y, d.x) * 2.0, 0.5, key); }

float skyline(vec3 d) {
    float azimuth = atan(d.y, d.x) * 10.0;
    float blocks = lattice(int(floor(azimuth * 2.3)), 1, seed);
    return 0.015 + 0.05 * value_noise(azimuth, 0.5, seed) + 0.035 * blocks * blocks
        + 0.012 * value_noise(azimuth * 14.0, 3.5, seed);
}

vec3 sky_radiance(vec3 d, bool detail) {
    float up = max(d.z, 0.0);
    vec3 sky = mix(horizon, zenith, sqrt(up));
    if (detail && clouds > 0.0) {
        vec2 s = d.xy / (up + 0.12);
        float n = 0.5 * value_noise(s.x * 1.7, s.y * 1.7, seed) + 0.3 * value_noise(s.x * 4.1, s.y * 4.1, seed + 1)
            + 0.2 * value_noise(s.x * 9.7, s.y * 9.7, seed + 2);
        float cover = clamp((n - 0.75 + 0.62 * clouds) * 3.5, 0.0, 1.0) * min(1.0, up * 8.0 + 0.2);
        float white = 1.15 * max(horizon.r, max(horizon.g, horizon.b)) + 0.08 * sun_colour.g;
        float shade = white * (0.72 + 0.5 * n);
        sky += (vec3(shade, shade, shade * 1.02) - sky) * (cover * 0.85);
    }
    float towards = dot(d, sun);
    if (towards > 0.0) {
        float glow = 0.35 * pow(towards, 24.0) + 0.12 * pow(towards, 5.0);
        sky += glow * sun_colour * vec3(0.4, 0.4, 0.36);
    }
    return sky;
}

// Radiance of a ray that meets nothing, and its class.
vec3 beyond(vec2 position, out int kind) {
    vec3 d = normalize(vec3((position - 0.5 * vec2(size)) / focal, 1.0) * camera_from_world);
    if (d.z < skyline(d)) {
        float azimuth = atan(d.y, d.x);
        float tone = 0.25 + 0.5 * value_noise(azimuth * 60.0, d.z * 160.0, seed + 3);
        float block = lattice(int(floor(azimuth * 23.0)), 1, seed);
        float air = 0.35 + 0.4 * exp(-haze * 250.0);
        if (haze > FOG) air *= exp((FOG - haze) * 300.0);
        kind = DISTANT;
        return horizon * (1.0 - air) * 0.85 + ground * vec3(0.9 + 0.3 * block, 1.0, 0.95 - 0.3 * block) * tone * air;
    }
    kind = SKY;
    vec3 sky = sky_radiance(d, true);
    if (haze > FOG) sky = mix(horizon * 0.85, sky, exp((FOG - haze) * FOG_HEIGHT / max(d.z, 0.03)));
    return sky;
}

vec3 on_map(vec3 p, vec4 rows[3]) { return vec3(dot(rows[0], vec4(p, 1.0)), dot(rows[1], vec4(p, 1.0)), dot(rows[2], vec4(p, 1.0))); }

// -1 beyond the map
float sunlit(vec3 p, isampler2D map, vec4 rows[3]) {
    int edge = textureSize(map, 0).x;
    vec3 m = on_map(p, rows);
    vec2 s = m.xy - 0.5;
    if (!(s.x >= 2.0 && s.y >= 2.0 && s.x < float(edge) - 3.0 && s.y < float(edge) - 3.0)) return -1.0;
    ivec2 i = ivec2(s);
    vec2 a = s - floor(s);
    float own = m.z + 0.006, lit = 0.0;
    for (int q = 0; q < 4; q++) {
        float row = 0.0;
        for (int k = 0; k < 4; k++) {
            float weight = k == 0 ? 1.0 - a.x : (k == 3 ? a.x : 1.0);
            if (intBitsToFloat(texelFetch(map, i + ivec2(k - 1, q - 1), 0).r) <= own) row += weight;
        }
        lit += row * (q == 0 ? 1.0 - a.y : (q == 3 ? a.y : 1.0));
    }
    return lit / 9.0;
}

float sky_seen(vec3 p) {
    int edge = textureSize(sky_map, 0).x;
    ivec2 i = ivec2(on_map(p, sky_rows).xy);
    if (edge < 16 || i.x < 7 || i.y < 7 || i.x >= edge - 7 || i.y >= edge - 7) return 1.0;
    float blocked = 0.0, total = 0.0;
    for (int q = -6; q < 7; q += 3) {
        for (int k = -6; k < 7; k += 3) {
            float weight = 1.0 / (1.0 + 0.10 * float(q * q + k * k));
            total += weight;
            float rise = intBitsToFloat(texelFetch(sky_map, i + ivec2(k, q), 0).r) - p.z - 0.05;
            if (rise > 0.0) {
                float reach = sqrt(float(q * q + k * k)) * sky_texel + 0.25;
                blocked += weight * min(1.0, rise / reach) / (1.0 + 0.12 * rise);
            }
        }
    }
    return 1.0 - 0.9 * blocked / total;
}

float open_level(int level, ivec2 i, vec2 a) {
    int base = (level * open_count + i.y) * open_count + i.x;
    float top = mix(open_factor[base], open_factor[base + 1], a.x);
    return mix(top, mix(open_factor[base + open_count], open_factor[base + open_count + 1], a.x), a.y);
}

float open_share(vec3 p, float height) {
    if (open_count < 2) return 1.0;
    vec2 g = clamp(on_map(p, open_rows).xy - 0.5, 0.0, float(open_count) - 1.001);
    ivec2 i = ivec2(g);
    vec2 a = g - vec2(i);
    return mix(open_level(0, i, a), open_level(1, i, a), clamp((height - OPEN_LOW) / (OPEN_HIGH - OPEN_LOW), 0.0, 1.0));
}

// Lobe of a highlight, and the share by which the reflectance rises towards 1 (GGX, Smith-Schlick).
vec2 ggx(vec3 n, vec3 v, vec3 l, float nv, float nl, float rough) {
    vec3 h = (v + l) * inversesqrt(dot(v + l, v + l) + 1e-12);
    float nh = max(0.0, dot(n, h)), vh = max(0.0, dot(v, h));
    float soft = max(rough, 0.08), alpha2 = soft * soft * soft * soft;
    float denominator = nh * nh * (alpha2 - 1.0) + 1.0, k = 0.5 * rough * rough;
    float lobe = alpha2 / (denominator * denominator) / (4.0 * (nl * (1.0 - k) + k) * (nv * (1.0 - k) + k));
    return vec2(lobe, pow(1.0 - min(vh, 1.0), 5.0));
}

vec3 reflected(vec3 n, vec3 v, float rough, float seen) {
    vec3 d = 2.0 * dot(n, v) * n - v;
    vec3 sky = sky_radiance(vec3(d.xy, max(d.z, 0.02)), false);
    float k = clamp((d.z - roofline(d, seed + 7)) / (0.06 + 0.6 * rough) + 0.5, 0.0, 1.0);
    float dim = (0.22 + 0.10 * clamp(d.z + 0.4, 0.0, 1.0)) * (0.4 + 0.6 * seen);
    return sky * k + ground * dim * (1.0 - k);
}

float lobe_of(int sort, vec3 axis, vec3 d) {
    if (sort == LANTERN) {
        float down = max(-d.z, 0.0);
        return 0.03 + 0.97 * min(1.0, down * 4.0) * (0.35 + 0.65 * (1.0 - down));
    }
    float ahead = d.x * axis.x + d.y * axis.y;
    if (ahead <= 0.05) return 0.0;
    float side = (d.x * axis.y - d.y * axis.x) / ahead, rise = d.z / ahead - axis.z + 0.012;
    float below = min(rise, 0.0);
    float far = exp(-side * side * 14.0 - below * below * 220.0);
    float near = 0.14 * exp(-side * side * 2.2 - below * below * 12.0);
    return (far + near) * (0.025 + 0.975 / (1.0 + exp(min(rise * 260.0, 30.0))));
}

vec3 lamplight(vec3 place, vec3 n, vec3 v, float nv, float seen, vec3 albedo, vec3 gloss) {
    vec3 light = vec3(0.0);
    for (int k = 0; k < lamp_count; k++) {
        vec4 at = lamps[3 * k];
        int sort = int(at.w);
        vec3 l = at.xyz - place;
        float square = dot(l, l), reach = sort == LANTERN ? LANTERN_REACH : BEAM_REACH;
        l *= inversesqrt(square + 1e-6);
        float nl = dot(n, l);
        if (square > reach * reach || nl <= 0.0) continue;
        float share = lobe_of(sort, lamps[3 * k + 2].xyz, -l) * nl * (1.0 - square / (reach * reach)) / max(square, 0.4);
        if (sort == LANTERN) share *= seen;
        vec2 lobe = gloss.x < 0.8 ? ggx(n, v, l, nv, max(nl, 1e-3), gloss.x) : vec2(0.0);
        vec3 base = gloss.z + (albedo - gloss.z) * gloss.y;
        light += lamps[3 * k + 1].rgb * share * (albedo * (1.0 - gloss.y) + lobe.x * (base + (1.0 - base) * lobe.y));
    }
    return light;
}

void snowed(vec3 place, float up, int kind, inout vec3 albedo, inout vec3 glow) {
    float stays = trod[kind], flatness = (up - 0.45) / 0.35;
    if (stays <= 0.0 || flatness <= 0.0) return;
    float rough = 0.5 * value_noise(place.x * 0.33, place.y * 0.33, seed)
        + 0.32 * value_noise(place.x * 1.7, place.y * 1.7, seed + 1) + 0.18 * value_noise(place.x * 6.7, place.y * 6.7, seed + 2);
    float depth = snow * stays * 1.3 - rough * 0.9;
    float cover = clamp(0.12 + depth * 4.0, 0.0, 1.0) * min(1.0, flatness);
    albedo += (SNOW_ALBEDO * (0.94 + 0.06 * rough) - albedo) * cover;
    glow *= 1.0 - cover;
}
