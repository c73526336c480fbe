package dev.espalier.bench.report;

/** The page's style sheet; colours come from the charts' inks. */
final class PageStyle {

  static final String CSS =
      """
      *{box-sizing:border-box}
      html{background:var(--paper);color:var(--text);scroll-behavior:smooth}
      body{margin:0 auto;padding:40px 28px 80px;max-width:1300px;
        font:16px/1.55 system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}
      h1{font-size:34px;line-height:1.2;margin:0 0 8px;letter-spacing:-.01em}
      h2{font-size:25px;margin:64px 0 6px;padding-top:20px;border-top:2px solid var(--text)}
      h3{font-size:17px;margin:36px 0 8px}
      p{margin:6px 0 12px;max-width:78ch}
      .lead{font-size:18px;color:var(--muted);max-width:72ch}
      .note,figcaption{font-size:14px;color:var(--muted);max-width:95ch}
      a{color:var(--series0)}
      nav{display:flex;flex-wrap:wrap;gap:4px 20px;margin:14px 0}
      aside{margin:20px 0;padding:12px 18px;border-left:4px solid var(--series1);
        background:var(--wash);font-size:14px}
      aside ul{margin:4px 0;padding-left:20px}
      .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(280px,1fr));gap:16px;
        margin:20px 0 28px}
      .card{background:var(--wash);border-radius:8px;padding:14px 18px}
      .card h3{margin:0;font-size:13px;font-weight:600;color:var(--muted)}
      .card p{margin:0;font-size:14px}
      .card .figure{font-size:24px;font-weight:600;margin:2px 0 6px;line-height:1.25}
      figure{margin:0}
      .charts>svg{display:block;width:100%;height:auto}
      .legend{display:flex;flex-wrap:wrap;gap:4px 22px;list-style:none;margin:10px 0;padding:0;
        font-size:14px}
      .legend svg,.results svg{width:24px;height:14px;vertical-align:-2px;margin-right:7px}
      .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));
        gap:26px 24px;margin:14px 0}
      .scroll{overflow-x:auto}
      table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;
        line-height:1.35}
      th,td{padding:4px 9px;text-align:right;white-space:nowrap;font-weight:400}
      thead th{color:var(--muted);vertical-align:bottom;border-bottom:1px solid var(--axis)}
      thead .group{text-align:center;border-bottom:0;color:var(--text)}
      th[scope=row],thead tr:first-child th:first-child,td.word,thead .word{text-align:left}
      tbody th,.missed{font-weight:600}
      tbody tr{border-bottom:1px solid var(--grid)}
      tbody tr:hover{background:var(--wash)}
      .results{width:100%;font-size:12.5px}
      .results th,.results td{padding:4px 6px}
      .results thead th{white-space:normal}
      .results .first{border-top:1px solid var(--axis)}
      .results .dense{background:var(--wash)}
      .dominated{color:var(--muted)}
      .results .mark{text-align:center;color:var(--series0)}
      .results .front td:nth-child(5){font-weight:600}
      .heatmaps{display:flex;flex-wrap:wrap;gap:22px 34px;margin:10px 0}
      .heat caption{text-align:left;font-weight:600;padding-bottom:4px}
      .heat thead th{border:0;padding:2px 6px}
      .heat thead th:first-child{padding-left:0}
      .heat tbody tr{border:0}
      .heat td{padding:4px 6px;min-width:48px;border:1px solid var(--paper);text-align:center}
      .heat th[scope=row]{font-weight:400;padding-left:0}
      dl{display:grid;grid-template-columns:minmax(150px,max-content) 1fr;gap:4px 22px;
        font-size:14px;max-width:110ch}
      dt{font-weight:600;grid-column:1}
      dd{margin:0;grid-column:2;overflow-wrap:anywhere}
      :root{--wash:#f4f6f8}
      .h0{background:#f2f7fb}.h1{background:#e1edf6}.h2{background:#cfe2f0}.h3{background:#b7d3e8}
      .h4{background:#98c0dd}.h5{background:#76aad0}.h6{background:#5391c0}.h7{background:#3277ac}
      .h8{background:#195d93}.h9{background:#084473}
      .h0,.h1,.h2,.h3,.h4,.h5{color:#10202e}.h6,.h7,.h8,.h9{color:#fff}
      @media(prefers-color-scheme:dark){
      :root{--wash:#1d2129}
      .h0{background:#182230}.h1{background:#1a2b3f}.h2{background:#1b3550}.h3{background:#1c4164}
      .h4{background:#1f5079}.h5{background:#27628f}.h6{background:#3a7ba9}.h7{background:#5a98c2}
      .h8{background:#86b8d9}.h9{background:#bcdcf0}
      .h0,.h1,.h2,.h3,.h4,.h5,.h6{color:#eef3f7}.h7,.h8,.h9{color:#10202e}}
      @media print{body{max-width:none;padding:0}section{break-before:page;break-inside:auto}}
      """;

  private PageStyle() {}
}
