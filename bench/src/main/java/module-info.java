/** Command line, studies, reports and benchmarks. */
module dev.espalier.bench {
  requires dev.espalier.prune;
}
