"""Style and script of the page of a dataset: light and dark, no external request."""

from transfer.report_style import STYLE as COMMON

STYLE = (
    COMMON
    + """
main { max-width:1500px; } .panels { grid-template-columns:repeat(auto-fit,minmax(min(100%,280px),1fr)); }
.facts dt { color:var(--soft); font-size:13px; } .facts dd { margin:0; font-weight:600; overflow-wrap:anywhere; }
dl.facts { display:grid; }
.bar { display:flex; align-items:center; gap:8px; font-size:13.5px; } .bar span { flex:none; width:92px; color:var(--soft); }
.bar i { height:11px; background:var(--real); border-radius:2px; } .bar b { font-weight:500; font-variant-numeric:tabular-nums; }
svg.histogram { height:92px; } svg.histogram rect { fill:var(--real); }
.ends { display:flex; justify-content:space-between; margin:4px 0 0; color:var(--soft); font-size:12.5px; max-width:none; }
.controls { position:sticky; top:0; z-index:2; display:flex; flex-wrap:wrap; gap:6px 26px; margin:26px 0 14px; padding:10px 14px;
  background:var(--card); border:1px solid var(--rule); border-radius:10px; font-size:14px; }
.controls span { display:flex; flex-wrap:wrap; gap:4px 12px; } .controls label { white-space:nowrap; }
.controls input[type=range] { width:110px; vertical-align:middle; } output { display:inline-block; width:2.6em; }
.pictures { display:grid; grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr)); gap:14px; }
.pictures figure { margin:0; } .pictures figure.large { grid-column:1/-1; }
.frame { position:relative; overflow:hidden; border-radius:6px; background:#000; cursor:zoom-in; }
.large .frame { cursor:zoom-out; }
.frame img, .frame svg { position:absolute; inset:0; width:100%; height:100%; }
.layer { visibility:hidden; } .layer.instances, .layer.classes { image-rendering:pixelated; }
body:not([data-layer]) .picture, [data-layer=picture] .picture, [data-layer=instances] .instances, [data-layer=classes] .classes, [data-layer=depth] .depth {
  visibility:visible; }
.thing rect { fill:transparent; stroke-width:1.4; vector-effect:non-scaling-stroke; }
.thing:hover rect { stroke-width:3; fill:rgba(255,255,255,.16); } .thing.rejected rect { stroke-dasharray:5 4; }
.bone { stroke-width:1.3; vector-effect:non-scaling-stroke; pointer-events:none; } .bone.unseen { opacity:.4; }
.no-boxes .thing rect { stroke:none; } .no-bones .bone { display:none; } .thing.off { display:none; }
.pictures figcaption { display:flex; justify-content:space-between; color:var(--soft); font-size:12.5px; padding:3px 2px; }
"""  # noqa: E501 - CSS
)

SCRIPT = """
const form = document.querySelector('.controls');
function update() {
  const data = new FormData(form), kinds = new Set(data.getAll('kind')), least = Number(data.get('visible'));
  document.body.dataset.layer = data.get('layer');
  for (const part of ['boxes', 'bones']) document.body.classList.toggle('no-' + part, !data.has(part));
  for (const thing of document.querySelectorAll('.thing'))
    thing.classList.toggle('off', !kinds.has(thing.dataset.kind) || Number(thing.dataset.visible) < least);
  form.querySelector('output').textContent = least;
}
form.addEventListener('input', update);
for (const frame of document.querySelectorAll('.frame'))
  frame.addEventListener('click', () => frame.parentElement.classList.toggle('large'));
update();
"""
