/** Command line, studies, reports and benchmarks. */
module dev.espalier.bench {
  requires dev.espalier.prune;
  requires info.picocli;
  requires me.tongfei.progressbar;
  requires java.desktop;
  requires java.management;
  requires java.sql;
  requires jdk.management;
  requires jmh.core;
  requires tools.jackson.databind;
  requires tools.jackson.dataformat.yaml;

  uses dev.espalier.bench.peer.PeerProvider;
  uses dev.espalier.tensor.spi.BackendProvider;
  uses java.sql.Driver;
  uses java.util.spi.ToolProvider;

  opens dev.espalier.bench to
      info.picocli;
  opens dev.espalier.bench.command to
      info.picocli;
  opens dev.espalier.bench.measure to
      tools.jackson.databind;
  opens dev.espalier.bench.report to
      tools.jackson.databind;
}
