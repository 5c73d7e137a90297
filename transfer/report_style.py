"""Style of the report page: light and dark, no external request."""

STYLE = """
:root { color-scheme: light dark; --page:#fbfbf9; --card:#ffffff; --ink:#1d2326; --soft:#5c676c; --rule:#e2e5e4;
  --real:#2f6bd0; --mixed:#c9571b; --alone:#128763; --fixed:#8b8f92; --matched:#8655b8; --shade:18,135,99; --bad:#b3261e; }
@media (prefers-color-scheme: dark) { :root { --page:#14181a; --card:#1c2225; --ink:#e8ecec; --soft:#9aa7ab;
  --rule:#313a3e; --real:#7aa8ff; --mixed:#ff9a62; --alone:#4fcf9f; --fixed:#9aa0a3; --matched:#c39cf0;
  --shade:79,207,159; --bad:#ff8a80; } }
* { box-sizing: border-box; }
body { margin:0; background:var(--page); color:var(--ink); font:16px/1.55 system-ui,"Segoe UI",Roboto,Helvetica,Arial,sans-serif; }
main { max-width:1180px; margin:0 auto; padding:40px 24px 72px; }
header p.kicker { margin:0; color:var(--soft); font-size:14px; letter-spacing:.04em; text-transform:uppercase; }
h1 { font-size:30px; line-height:1.25; font-weight:650; margin:8px 0 20px; max-width:32em; text-wrap:balance; }
h2 { font-size:20px; margin:44px 0 6px; } h3 { font-size:15px; margin:0 0 8px; font-weight:600; }
p { max-width:46em; } p.note, .note { color:var(--soft); font-size:14px; }
.facts { display:grid; grid-template-columns:repeat(auto-fit,minmax(180px,1fr)); gap:12px; margin:8px 0 0; }
.facts div, .card { background:var(--card); border:1px solid var(--rule); border-radius:10px; padding:14px 16px; }
.facts b { display:block; font-size:24px; font-weight:650; font-variant-numeric:tabular-nums; }
.facts span { color:var(--soft); font-size:13.5px; }
.panels { display:grid; grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr)); gap:14px; }
svg,.card>img { width:100%; height:auto; display:block; } svg text { fill:var(--soft); font-size:12.5px; }
.grid { stroke:var(--rule); } .axis,.tick { stroke:var(--soft); }
.line { fill:none; stroke-width:2.4; } .line.fixed { stroke-dasharray:2 4; } .line.matched { stroke-dasharray:8 4; }
.line.real { stroke:var(--real); } .line.mixed { stroke:var(--mixed); } .line.alone { stroke:var(--alone); }
.line.fixed { stroke:var(--fixed); } .line.matched { stroke:var(--matched); }
.dot.real { fill:var(--real); } .dot.mixed { fill:var(--mixed); }
.band { opacity:.14; } .band.real { fill:var(--real); } .band.mixed { fill:var(--mixed); } .band.alone { fill:var(--alone); }
table + .panels { margin-top:18px; }
.legend { display:flex; flex-wrap:wrap; gap:6px 20px; margin:10px 0 12px; font-size:14px; color:var(--soft); }
.legend i { display:inline-block; width:22px; border-top:3px solid; margin-right:7px; vertical-align:middle; }
.legend .fixed { border-top-style:dotted; } .legend .matched { border-top-style:dashed; }
i.real { border-color:var(--real); } i.mixed { border-color:var(--mixed); } i.alone { border-color:var(--alone); }
i.fixed { border-color:var(--fixed); } i.matched { border-color:var(--matched); }
.wide { overflow-x:auto; } table { border-collapse:collapse; width:100%; font-size:14.5px; font-variant-numeric:tabular-nums; }
th,td { text-align:right; padding:6px 10px; border-bottom:1px solid var(--rule); white-space:nowrap; }
th { font-weight:600; color:var(--soft); font-size:13px; } th:first-child,td:first-child { text-align:left; }
tr.main td { font-weight:650; } tr.break td, tr.break th { border-top:2px solid var(--rule); }
td small { color:var(--soft); font-weight:400; font-size:12.5px; }
table.confusion { width:auto; } table.confusion td { text-align:center; min-width:84px; padding:12px; }
table.confusion th:first-child { text-align:right; }
.row { display:flex; gap:6px; overflow:hidden; flex-wrap:wrap; height:80px; margin:3px 0 9px; }
.row img { height:80px; border-radius:4px; } .row-label { font-size:12.5px; color:var(--soft); }
.mistakes { display:grid; grid-template-columns:repeat(auto-fill,minmax(132px,1fr)); gap:12px; }
.mistakes figure { margin:0; background:var(--card); border:1px solid var(--rule); border-radius:8px; padding:8px; font-size:13px; }
.mistakes img { height:110px; max-width:100%; object-fit:contain; display:block; margin:0 auto 6px; border-radius:4px; }
.mistakes em { color:var(--bad); font-style:normal; font-weight:600; } figcaption span { color:var(--soft); overflow-wrap:anywhere; font-size:11.5px; }
pre { background:var(--card); border:1px solid var(--rule); border-radius:8px; padding:12px 14px; overflow-x:auto; font-size:13.5px;
  white-space:pre-wrap; overflow-wrap:anywhere; }
dl { display:grid; grid-template-columns:max-content 1fr; gap:4px 18px; font-size:14px; } dt { color:var(--soft); } dd { margin:0; overflow-wrap:anywhere; }
@media (max-width:640px) { h1 { font-size:23px; } main { padding:24px 14px 48px; } dl { grid-template-columns:1fr; } dd { margin-bottom:8px; } }
"""  # noqa: E501 - CSS
