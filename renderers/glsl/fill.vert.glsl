// Vertices of a camera view (nearest first by reversed inverse depth) or of an orthographic map.
in vec3 position;
in vec2 uv;
uniform bool map;
uniform vec4 rows[3];  // of a map: texel x, texel y, height in m
uniform vec2 scale;  // of a view: 2 focal / size; of a map: 2 / edge
out float height;
out vec2 at;

void main() {
    at = uv;
    if (map) {
        vec3 m = vec3(dot(rows[0], vec4(position, 1.0)), dot(rows[1], vec4(position, 1.0)), dot(rows[2], vec4(position, 1.0)));
        height = m.z;
        gl_Position = vec4(m.xy * scale - 1.0, 0.5 + m.z / 4000.0, 1.0);
    } else {
        height = 0.0;
        gl_Position = vec4(position.xy * scale, NEAR, position.z);
    }
}
