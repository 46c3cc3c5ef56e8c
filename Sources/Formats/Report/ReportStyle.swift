/// The look of a report: the reader's own fonts, light or dark as the browser is set, from a width
/// of 320 pixels on.
enum ReportStyle {
  /// The style sheet.
  static let sheet = colors + page + charts + slider

  /// Curves are blue and orange after Okabe and Ito's set, "Color Universal Design", 2008. The ten
  /// classes have Petroff's colours, "Accessible Color Sequences for Data Visualization", 2021,
  /// arXiv 2107.02270, which stay apart in the common kinds of colour blindness; on a dark page
  /// three of the ten are lighter.
  private static let colors = """
    :root{color-scheme:light dark;--page:#fff;--ink:#1f2328;--soft:#59636e;--rule:#d9dee4;
    --card:#f6f8fa;--link:#0062a3;--first:#0072b2;--second:#c2570c;--third:#009e73}
    @media(prefers-color-scheme:dark){:root{--page:#0f1318;--ink:#e8ebef;--soft:#a0a9b4;
    --rule:#30373f;--card:#181d24;--link:#79bbf0;--first:#56b4e9;--second:#f0a04b;--third:#35c99a}}
    .k0{--class:#3f90da}.k1{--class:#ffa90e}.k2{--class:#bd1f01}.k3{--class:#94a4a2}
    .k4{--class:#832db6}.k5{--class:#a96b59}.k6{--class:#e76300}.k7{--class:#b9ac70}
    .k8{--class:#717581}.k9{--class:#92dadd}
    @media(prefers-color-scheme:dark){.k2{--class:#f0513a}.k4{--class:#b678e6}.k8{--class:#8d93a6}}

    """

  private static let page = """
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
    body{margin:0 auto;max-width:1200px;padding:24px 16px 64px;background:var(--page);color:var(--ink);
    font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
    h1{font-size:1.75rem;line-height:1.2;margin:0 0 8px;overflow-wrap:anywhere}
    h2{font-size:1.25rem;line-height:1.3;margin:0 0 12px}
    p{margin:0 0 16px;max-width:72ch}header p{color:var(--soft)}
    header .origin{font-size:.8125rem;max-width:none;margin-bottom:4px;overflow-wrap:anywhere}
    a{color:var(--link)}
    section{margin-top:40px;padding-top:24px;border-top:1px solid var(--rule)}
    nav{display:flex;flex-wrap:wrap;gap:4px 20px}
    .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:8px;margin:20px 0}
    .facts div{background:var(--card);border-radius:8px;padding:10px 12px}
    .facts div:only-child{max-width:240px}
    dt{color:var(--soft);font-size:.875rem}
    dd{margin:0;font-size:1.25rem;line-height:1.35;font-weight:600;font-variant-numeric:tabular-nums}
    dd small{font-size:.8125rem;font-weight:400;color:var(--soft)}
    .row{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:24px;
    align-items:start;margin-bottom:16px}
    .row>*{min-width:0}
    figure{margin:0}
    figcaption{color:var(--soft);font-size:.875rem;line-height:1.4;margin-top:8px;max-width:64ch}
    img{display:block;max-width:100%;height:auto;border-radius:4px}
    @media(min-width:1232px){img{image-rendering:pixelated}}
    .missing{color:var(--soft);border-left:3px solid var(--rule);padding-left:12px}
    .wide{overflow-x:auto}
    table{border-collapse:collapse;font-size:.875rem;font-variant-numeric:tabular-nums}
    th,td{padding:5px 14px 5px 0;border-bottom:1px solid var(--rule);text-align:left;vertical-align:top}
    .list th{font-weight:400;color:var(--soft);white-space:nowrap}
    .list td{overflow-wrap:anywhere}
    .numbers th{color:var(--soft);font-weight:400}
    .numbers th,.numbers td{text-align:right;white-space:nowrap;padding:5px 0 5px 20px}
    .numbers th:first-child,.numbers td:first-child{padding-left:0}
    .measures{width:100%;margin-bottom:16px}
    .measures th,.measures td{padding:8px 0 0 12px;border:0}.measures th:first-child{padding-left:0}
    .measures thead th{color:var(--soft);font-weight:400;overflow-wrap:anywhere}
    .measures thead th,.measures td{text-align:right}
    .measures tbody th{font-weight:600}.measures tbody td{white-space:nowrap}
    .measures tbody .why td{padding:0 0 8px;border-bottom:1px solid var(--rule);color:var(--soft);
    line-height:1.4;text-align:left;white-space:normal}
    .claims{margin:0 0 24px;padding-left:24px;max-width:112ch;overflow-wrap:anywhere}
    .claims li{margin-bottom:8px}
    details{margin-bottom:16px}summary{cursor:pointer;color:var(--link);padding:4px 0}
    pre{margin:0 0 16px;padding:14px 16px;background:var(--card);border-radius:8px;overflow-x:auto;
    font:.8125rem/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
    h3{font-size:1rem;margin:0 0 8px;overflow-wrap:anywhere}

    """

  private static let charts = """
    svg{display:block;width:100%;height:auto;overflow:visible}
    .line,.columns{max-width:400px}.scatter{max-width:540px}
    text{fill:var(--soft);font-size:12px;font-variant-numeric:tabular-nums}
    .grid{stroke:var(--rule);fill:none}
    .name{fill:var(--ink)}
    .curve{fill:none;stroke:var(--color);stroke-width:2;stroke-linejoin:round}
    .dots{fill:none;stroke:var(--color);stroke-width:5.5;stroke-linecap:round}
    .end,.value{fill:var(--color);font-weight:600}.value{font-weight:400}
    .test,.rate{--color:var(--first)}.train{--color:var(--second)}.validation{--color:var(--third)}
    .curve.train{stroke-dasharray:5 3}
    .column{fill:var(--first)}
    .point{fill:none;stroke:var(--class);stroke-width:2.6;stroke-linecap:round;stroke-opacity:.75}
    .circle,.halo{fill:none;stroke:var(--ink);stroke-width:1.6;stroke-dasharray:5 3}
    .halo{stroke:var(--page);stroke-width:4;stroke-dasharray:none;stroke-opacity:.6}
    .scatter .middle{fill:var(--ink);font-size:17px;font-weight:700;stroke:var(--page);stroke-width:4;
    stroke-linejoin:round;paint-order:stroke}
    .legend{display:flex;flex-wrap:wrap;gap:2px 16px;list-style:none;margin:8px 0 0;padding:0;
    font-size:.875rem}
    .legend li::before{content:"";display:inline-block;width:10px;height:10px;border-radius:50%;
    background:var(--class);margin-right:6px}
    @media(min-width:800px){.scatter text{font-size:9.5px}.scatter .middle{font-size:14px;
    stroke-width:3}.point{stroke-width:2}}

    """

  private static let slider = """
    .slider{border:0;margin:0 0 8px;padding:0;display:flex;flex-wrap:wrap;gap:6px;min-width:0}
    .slider legend{padding:0;margin-bottom:8px;color:var(--soft);font-size:.875rem}
    .slider input{position:absolute;opacity:0;width:1px;height:1px;margin:0}
    .slider label{min-width:40px;padding:6px 10px;border:1px solid var(--rule);border-radius:6px;
    text-align:center;font-size:.875rem;line-height:1.4;font-variant-numeric:tabular-nums;cursor:pointer}
    .slider input:checked+label{background:var(--first);border-color:var(--first);color:var(--page);
    font-weight:600}
    .slider input:focus-visible+label{outline:2px solid var(--ink);outline-offset:2px}
    .shown{display:none;order:1;width:100%;margin-top:8px}
    .slider input:checked+label+.shown{display:block}
    @media print{.shown{display:block}details{display:block}}

    """
}
