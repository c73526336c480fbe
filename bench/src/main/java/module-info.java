/** Command line, studies, reports and benchmarks. */
module dev.espalier.bench {
  requires dev.espalier.prune;
  requires java.desktop;
  requires tools.jackson.databind;

  opens dev.espalier.bench.report to
      tools.jackson.databind;
}
