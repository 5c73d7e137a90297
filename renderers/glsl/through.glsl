// Adds a layer behind panes to a picture: renderers.through on a graphics card.
layout(local_size_x = 8, local_size_y = 8) in;
struct Left { vec4 light; int within; };  // share of the light, share of the haze's that counts already; what is looked into
layout(std430, binding = 11) buffer Radiance { float radiance[]; };
layout(std430, binding = 12) buffer Passed { Left passed[]; };  // of each sample
layout(std430, binding = 13) readonly buffer Sides { ivec2 sides[]; };  // pane and side of each triangle

uniform isampler2D before;  // triangle of each sample; light goes through the panes among them
uniform isampler2D behind;  // triangle of each sample behind those panes
uniform int samples;  // along an edge of a pixel
uniform bool first;  // whether `before` are the nearest surfaces

Left beyond_pane(vec2 position, int t, Left left) {
    vec4 met = surface_at(position, t);
    ivec3 k = corners_of(t);
    vec3 w = vec3(1.0 - met.y - met.z, met.y, met.z);
    vec3 place = world_at(k.x) * w.x + world_at(k.y) * w.y + world_at(k.z) * w.z;
    vec3 gloss = surfaces[SURFACE * material_of(t) + 2].xyz;
    float away = length(eye - place), facing = max(dot(facing_normal(k, w, place), eye - place) / away, 1e-3);
    float mirrored = gloss.z + (1.0 - gloss.z) * pow(max(1.0 - facing, 0.0), 5.0) * (1.0 - gloss.x) * (1.0 - gloss.x);
    left.light.rgb *= surfaces[SURFACE * material_of(t) + 3].rgb * (1.0 - mirrored);
    if (left.within != sides[t].x) left.light.a = 1.0 - exp(-haze * away);
    left.within = sides[t].x > OPEN ? sides[t].x : 0;
    return left;
}

void main() {
    ivec2 p = ivec2(gl_GlobalInvocationID.xy);
    if (p.x >= size.x || p.y >= size.y) return;
    vec3 colour = vec3(0.0);
    bool seen = false;
    for (int k = 0; k < samples * samples; k++) {
        ivec2 at = samples * p + ivec2(k % samples, k / samples);
        int pane = texelFetch(before, at, 0).r;
        if (pane < 0 || sides[pane].x == 0) continue;
        int i = at.y * samples * size.x + at.x, t = texelFetch(behind, at, 0).r;
        vec2 position = (vec2(at) + 0.5) / float(samples);
        Left left = beyond_pane(position, pane, first ? Left(vec4(1.0, 1.0, 1.0, 0.0), 0) : passed[i]);
        passed[i] = left;
        if (t >= 0 && left.within > 0 && sides[t].x == left.within) continue;  // the inner face of a pane
        seen = true;
        vec3 more = radiance_at(position, t) - left.light.a * 0.85 * horizon;
        colour += max(left.light.rgb * more, 0.0) / float(samples * samples);
    }
    if (!seen) return;
    int i = 3 * (p.y * size.x + p.x);
    radiance[i] += colour.r, radiance[i + 1] += colour.g, radiance[i + 2] += colour.b;
}
