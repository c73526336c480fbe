package dev.espalier.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleTableTest {

  @Test
  void tableIsAlignedAndAscii() {
    Summary summary =
        Summary.of(
            List.of(Trials.trial("magnitude", 8, 1, 0.9), Trials.trial("magnitude", 8, 2, 0.91)));
    assertThat(ConsoleTable.plain(summary))
        .isEqualTo(
            """
            net on digits

            method     ratio  n  top-1 %    sd  change  parameters  smaller  on disk  latency ms  faster  in theory  epochs  train MACs  training
            ---------  -----  -  -------  ----  ------  ----------  -------  -------  ----------  ------  ---------  ------  ----------  --------
            dense          1  2    91.00  1.41                 800    1.00x  3.20 kB        2.00   1.00x      1.00x              2.40 k     1.00x
            magnitude      8  2    90.50  0.71   -0.50         100    8.00x    600 B       0.125   16.0x      8.00x       3         900     0.38x
            """);
  }

  @Test
  void singleSeedShowsNoDeviation() {
    Summary summary = Summary.of(List.of(Trials.trial("magnitude", 8, 1, 0.9)));
    assertThat(ConsoleTable.plain(summary)).contains("magnitude      8  1    90.00   -    0.00");
  }

  @Test
  void controlCharactersCannotReachTheTerminal() {
    Summary summary =
        Summary.of(List.of(Trials.trial(new TrialKey("n\u001b[31m", "d", "m\nx", 2, 1), 0.9)));
    assertThat(ConsoleTable.plain(summary)).contains("n?[31m on d", "m?x").doesNotContain("\u001b");
  }

  @Test
  void markdownEscapesItsOwnSigns() {
    Summary summary = Summary.of(List.of(Trials.trial("a|b_c", 2, 1, 0.9)));
    assertThat(ConsoleTable.markdown(summary))
        .startsWith("# Pruning study\n\n## net on digits\n\n| method | ratio |")
        .contains("\n| --- | --: |", "\n| a\\|b\\_c | 2 |");
  }
}
