{#- The page's looks: light and dark, a phone and paper. -#}
{% macro page_style() %}
:root{--ink:#1d2429;--soft:#5b666f;--line:#d9dfe3;--paper:#fff;--tint:#f5f7f8;--good:#0f7b66;--bad:#b3261e;--open:#8a5a00;--goodtint:#e7f4f1;--badtint:#fbeceb;--opentint:#fbf3e2;--agreed:#2f9c86;--hatch:#8b969e}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaed;--soft:#a3afb8;--line:#353e45;--paper:#14191d;--tint:#1b2227;--good:#5cc9b2;--bad:#ff8a80;--open:#f0c060;--goodtint:#142b27;--badtint:#361a19;--opentint:#312714;--agreed:#2f9c86;--hatch:#8b969e}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:2rem 1.25rem 3rem;max-width:56rem;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
h1{font-size:2.1rem;line-height:1.15;margin:0 0 1.25rem;letter-spacing:-.01em}
h2{font-size:1.2rem;margin:2.5rem 0 .6rem}
h3{font-size:.9rem;font-weight:600;margin:0 0 .2rem}
p{margin:.4rem 0 .8rem}
code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--tint);padding:.05em .3em;border-radius:3px}
.eyebrow{margin:0;color:var(--soft);text-transform:uppercase;letter-spacing:.08em;font-size:.78rem;font-weight:600}
.verdict{display:flex;gap:1rem;align-items:flex-start;padding:1.1rem 1.2rem;border-radius:8px;border:1px solid}
.verdict p{margin:0}
.verdict strong{font-size:1.15rem;line-height:1.4;font-weight:600}
.verdict svg{flex:none;width:2rem;height:2rem;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.verdict svg,.verdict{border-color:currentColor}
.verdict p{color:var(--ink)}
.good{color:var(--good);background:var(--goodtint)}
.bad{color:var(--bad);background:var(--badtint)}
.open{color:var(--open);background:var(--opentint)}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .7rem .4rem 0;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--soft);font-weight:600;font-size:.82rem}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.id{overflow-wrap:anywhere;font-size:.88em}
.day{white-space:nowrap;font-variant-numeric:tabular-nums}
.aside{color:var(--soft);font-size:.88rem}
.totals tbody tr:first-child th{padding-top:1.1rem;font-weight:600}
.totals tbody th span{color:var(--soft);font-weight:400;margin-left:.35rem}
.totals tbody tr:nth-child(n+2) td:first-child{color:var(--soft)}
.totals .off td{color:var(--bad)!important;font-weight:600}
.legend{display:flex;flex-wrap:wrap;gap:.35rem 1.1rem;color:var(--soft);font-size:.88rem}
.legend span{display:inline-flex;align-items:center;gap:.4rem}
.key{width:.95rem;height:.95rem}
.strips{display:grid;gap:.9rem}
.strip svg{display:block;width:100%;height:auto}
.strip text{font:8px system-ui,sans-serif;fill:var(--soft);text-anchor:middle}
.agreed{fill:var(--agreed);stroke:var(--agreed)}
.quiet{fill:none;stroke:var(--line)}
.differing{fill:var(--bad);stroke:var(--bad)}
.unread{fill:var(--tint);stroke:var(--hatch)}
.mark{fill:none;stroke:var(--paper);stroke-width:1.6;stroke-linecap:round}
.hatch{fill:none;stroke:var(--hatch);stroke-width:1}
ul{padding-left:1.2rem;margin:.4rem 0 1rem}
li{margin:.35rem 0}
footer{margin-top:3rem;padding-top:.8rem;border-top:1px solid var(--line);color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
.sign{display:none}
@media (max-width:40rem){
body{padding:1.25rem 1rem 2rem}
h1{font-size:1.75rem}
.verdict{padding:.9rem;gap:.7rem}
.totals{font-size:.8rem}
.totals th,.totals td{padding-right:.4rem}
.strip text{font-size:12px}
.stack thead{display:none}
.stack tr{display:block;padding:.6rem 0;border-bottom:1px solid var(--line)}
.stack td{display:block;border:0;padding:.1rem 0}
.stack td:first-child{font-weight:600}
.stack td.n{text-align:left}
.stack td[data-label]::before{content:attr(data-label) ": ";color:var(--soft)}
}
@media print{
:root{--ink:#000;--soft:#444;--line:#bbb;--paper:#fff;--tint:#fff;--good:#0b5d4d;--bad:#9a1b14;--open:#6b4600;--goodtint:#fff;--badtint:#fff;--opentint:#fff}
@page{size:A4;margin:16mm 14mm}
body{padding:0;max-width:none;font-size:10pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
h2{break-after:avoid;margin-top:1.4rem}
th,td{padding:.16rem .5rem .16rem 0}
.totals tbody tr:first-child th{padding-top:.6rem}
.totals tbody,.stack tr,.strip,li{break-inside:avoid}
thead{display:table-header-group}
.sign{display:flex;gap:2rem;margin:2.5rem 0 1rem}
.sign span{flex:1;border-top:1px solid #000;padding-top:.2rem;color:#000}
}
{%- endmacro %}
