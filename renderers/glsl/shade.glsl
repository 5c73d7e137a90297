// Radiance of a surface or of the sky: renderers.points on a graphics card.
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
    int m = SURFACE * material_of(t);
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
