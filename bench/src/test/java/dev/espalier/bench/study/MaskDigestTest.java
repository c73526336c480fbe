package dev.espalier.bench.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import dev.espalier.nn.zoo.Models;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.sparse.Mask;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class MaskDigestTest {
  private static String digest(long seed, String masked, double kept) {
    return digest(
        seed,
        module -> {
          Parameter parameter = module.namedParameters().get(masked);
          long keep = (long) (kept * parameter.tensor().size());
          parameter.setMask(Mask.keepLargest(parameter.tensor(), keep), Parameter.MaskMode.HARD);
        });
  }

  private static String digest(long seed, Consumer<Module> prune) {
    Module module = Models.create("lenet-300-100", 10, new Generator(seed));
    try {
      prune.accept(module);
      return MaskDigest.of(module);
    } finally {
      module.close();
    }
  }

  @Test
  void sameMasksGiveTheSameDigestAndOthersDoNot() {
    String digest = digest(1, "fc3.weight", 0.5);
    assertThat(digest(1, "fc3.weight", 0.5)).isEqualTo(digest).matches("[0-9a-f]{64}");
    assertThat(digest(2, "fc3.weight", 0.5)).as("other positions").isNotEqualTo(digest);
    assertThat(digest(1, "fc3.weight", 0.6)).as("other density").isNotEqualTo(digest);
  }

  @Test
  void weightsWithoutMasksDoNotCount() {
    assertThat(digest(1, _ -> {})).isEqualTo(digest(2, _ -> {}));
    assertThat(digest(1, _ -> {})).isNotEqualTo(digest(1, "fc3.weight", 0.5));
  }
}
