package dev.espalier.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NamesTest {
  private static final List<String> KNOWN =
      List.of("lenet-300-100", "lenet-5", "lenet-5-relu", "vgg-tiny", "epochs");

  @ParameterizedTest
  @CsvSource({
    "lenet, lenet-5",
    "LeNet-5, lenet-5",
    "relu, lenet-5-relu",
    "epoch, epochs",
    "epohcs, epochs",
    "vggtiny, vgg-tiny"
  })
  void nearNamesAreFound(String typed, String meant) {
    assertThat(Names.nearest(typed, KNOWN)).contains(meant);
  }

  @ParameterizedTest
  @CsvSource({"magic", "x", "''"})
  void farNamesSuggestNothing(String typed) {
    assertThat(Names.nearest(typed, KNOWN)).isEmpty();
  }

  @Test
  void refusalNamesTheNearestAndAll() {
    assertThat(Names.unknown("model", "lenet5", KNOWN))
        .hasMessage(
            "model 'lenet5' is unknown; did you mean 'lenet-5'? Known are lenet-300-100, lenet-5,"
                + " lenet-5-relu, vgg-tiny, epochs");
    assertThat(Names.unknown("model", "magic", KNOWN))
        .hasMessageStartingWith("model 'magic' is unknown; known are lenet-300-100, ");
  }

  @Test
  void ofManyNamesTheNearestFewAreListed() {
    List<String> many = new ArrayList<>(KNOWN);
    for (int i = 0; i < 30; i++) {
      many.add("resnet-" + i);
    }
    UnknownNameException refusal = Names.unknown("model", "lenet5", many);
    assertThat(refusal)
        .hasMessageStartingWith("model 'lenet5' is unknown; did you mean 'lenet-5'? Known are ")
        .hasMessageContaining("lenet-5, ")
        .hasMessageEndingWith(" and 30 others");
    assertThat(refusal.kind()).isEqualTo("model");
  }
}
