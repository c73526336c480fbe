package dev.espalier.prune.structure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.prune.Structures;
import dev.espalier.tensor.sparse.Granularity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StructuresTest {
  @Test
  void everyNameReadsBack() {
    for (String name : Structures.all().names()) {
      String sized = name.replace("N:M", "2:4").replace("N", "4").replace("HxW", "4x8");
      assertThat(Structures.all().get(sized).name()).isEqualTo(sized);
    }
    assertThat(Structures.all().get("block-4x8")).isEqualTo(new BlockStructure(4, 8));
    assertThat(Structures.all().get("nm-1:4"))
        .isEqualTo(new NmStructure(new Granularity.NOfM(1, 4)));
    assertThat(Structures.all().get("nm-2:4x4").name()).isEqualTo("nm-2:4x4");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "filters",
        "nm-kernel",
        "block-4",
        "nm-4:2",
        "row-vector-0",
        "2:4",
        "block-0x4"
      })
  void otherNamesAreRefused(String name) {
    assertThatThrownBy(() -> Structures.all().get(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("structure '%s'".formatted(name));
  }
}
