package dev.espalier.bench.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.nn.Module;
import dev.espalier.nn.Parameter;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NetworksTest {
  private static List<Parameter> pruned(Module module) {
    return module.parameters().stream().filter(weight -> weight.mask() != null).toList();
  }

  @Test
  void ofANetworkWithDepthwiseConvolutionsOnlyThePointwiseOnesArePruned() {
    Module module = Networks.create("mobilenet-v1-0.25", 0.9);
    assertThat(pruned(module))
        .hasSize(13)
        .allMatch(weight -> weight.shape().rank() == 4 && weight.dim(2) == 1 && weight.dim(3) == 1)
        .allSatisfy(
            weight ->
                assertThat(weight.mask().kept())
                    .isEqualTo(Math.round((1 - 0.9) * weight.shape().size())));
    module.close();
  }

  @Test
  void onlyTheFirstConvolutionOfOthersStaysDense() {
    Module convolutional = Networks.create("resnet-20", 0.9);
    assertThat(convolutional.parameters().stream().filter(weight -> weight.shape().rank() >= 2))
        .hasSize(22)
        .filteredOn(weight -> weight.mask() == null)
        .containsExactly(convolutional.parameters().getFirst());
    convolutional.close();
    Module linear = Networks.create("lenet-300-100", 0.9);
    assertThat(pruned(linear)).hasSize(3);
    linear.close();
  }
}
