#include "scenarios/report/html.hpp"

namespace bestgres::scenarios {

namespace {

constexpr std::string_view style = R"css(
:root { color-scheme: light dark; --bg: #ffffff; --fg: #1b1f24; --soft: #5b6470; --line:
  #d6dbe1; --panel: #f5f7f9;
  --bad: #c62828; --badbg: #fdecea; --leading: #2e7d32; --well: #5b8def; --partly: #d9a400;
  --off: #b3bac4;
  --cause: #c62828; --link: #1a5fb4; --plus: #1b6e20; --minus: #a61b1b; }
@media (prefers-color-scheme: dark) { :root { --bg: #15181c; --fg: #e4e7eb; --soft: #9aa4b0;
  --line: #343b44;
  --panel: #1e2329; --bad: #ff6b60; --badbg: #3a1d1c; --leading: #4caf50; --well: #4f7fd6;
  --partly: #c79a1b;
  --off: #59626e; --cause: #ff6b60; --link: #79b0ff; --plus: #7fd184; --minus: #ff8f87; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1240px; padding: 1.2rem 1.4rem 3rem; background: var(--bg);
  color: var(--fg);
  font: 15px/1.45 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; }
h2 { font-size: 1.05rem; margin: 1.8rem 0 .5rem; }
code, pre, .mono, td.time { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size:
  .86em; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
.soft { color: var(--soft); }
header { border-left: 6px solid var(--bad); background: var(--badbg); padding: .9rem 1.1rem;
  border-radius: 4px; }
header.fine { border-color: var(--leading); background: var(--panel); }
header .badge { display: inline-block; background: var(--bad); color: var(--bg); font-weight:
  700; padding: 0 .5em;
  border-radius: 3px; margin-right: .4em; }
header p { margin: .5rem 0 0; }
.command { background: var(--panel); border: 1px solid var(--line); border-radius: 4px; padding:
  .5rem .7rem; margin: .4rem 0;
  overflow-x: auto; white-space: pre; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .22rem .55rem .22rem 0; border-bottom:
  1px solid var(--line);
  overflow-wrap: anywhere; }
td.time { white-space: nowrap; text-align: right; color: var(--soft); width: 6.5rem;
  padding-right: .9rem; }
td.lane { white-space: nowrap; width: 8.5rem; } td.words { width: auto; }
.chip { display: inline-block; border-radius: 3px; padding: 0 .45em; font-size: .86em;
  background: var(--panel);
  border: 1px solid var(--line); }
.chip.users, .chip.fault { border-color: var(--bad); } .chip.operator { border-color:
  var(--well); }
.chip.member { border-color: var(--leading); }
ul.facts { margin: .3rem 0; padding-left: 1.1rem; } ul.facts li { overflow-wrap: anywhere; }
.drawing { overflow-x: auto; border: 1px solid var(--line); border-radius: 4px; }
svg { display: block; min-width: 900px; width: 100%; height: auto; font: 11px system-ui, "DejaVu
  Sans", sans-serif; }
svg text { fill: var(--fg); } svg text.soft { fill: var(--soft); } svg text.inside { fill:
  #ffffff; }
svg .leading { fill: var(--leading); } svg .well { fill: var(--well); } svg .partly { fill:
  var(--partly); }
svg .off { fill: var(--off); opacity: .55; } svg .bad { fill: var(--bad); }
svg .pause { fill: var(--line); opacity: .45; } svg .row { stroke: var(--line); }
svg .mark { fill: var(--soft); opacity: .35; } svg .mark.cause { fill: var(--bg); stroke:
  var(--cause); stroke-width: 2.2; opacity: 1; }
svg .arrow { stroke: var(--cause); stroke-width: 1.3; fill: none; opacity: .75; }
svg .end { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 5 3; } svg text.end { fill:
  var(--bad); stroke: none; font-weight: 700; }
.legend { margin: .45rem 0 0; font-size: .86em; } .legend span { margin-right: 1.1em;
  white-space: nowrap; }
.legend i { display: inline-block; width: .9em; height: .9em; border-radius: 2px; margin-right:
  .35em; vertical-align: -.1em; }
tr.cause td.words { font-weight: 600; } tr.cause td.time { color: var(--cause); }
tr.cause td:first-child { border-left: 3px solid var(--cause); } tr td:first-child {
  border-left: 3px solid transparent; padding-left: .4rem; }
tr.rest { opacity: .62; } #all:not(:checked) ~ table tr.rest, #all:not(:checked) ~ details
  tr.rest { display: none; }
.early { margin: .3rem 0 .6rem; }
tr.end td { background: var(--badbg); font-weight: 700; } tr.gap td { color: var(--soft);
  font-size: .86em; }
details { font-weight: 400; } summary { cursor: pointer; color: var(--link); font-size: .86em; }
.diff { margin: .2rem 0 .3rem; font-size: .84em; font-family: ui-monospace, "DejaVu Sans Mono",
  monospace; }
.diff div { overflow-wrap: anywhere; } .plus { color: var(--plus); } .minus { color:
  var(--minus); }
label { font-size: .9em; cursor: pointer; } footer { margin-top: 2rem; font-size: .86em; color:
  var(--soft); }
:target td { outline: 2px solid var(--link); }
@media print { #all ~ table tr.rest { display: table-row; } }
)css";

}  // namespace

std::string_view html_style() {
    return style;
}

}  // namespace bestgres::scenarios
