package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Traversal;
import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.nn.Module;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class SequentialTest {
  @Test
  void appliesModulesInOrder() {
    var linear = new Linear(1, 1, new Generator(1));
    Given.set(linear.weight(), -2);
    Given.set(linear.bias(), 1);
    var x = Given.constant(Shape.of(1, 1), 3);
    assertThat(Given.values(new Sequential(linear, new ReLU()).forward(x))).containsExactly(0);
    assertThat(Given.values(new Sequential(new ReLU(), linear).forward(x))).containsExactly(-5);
  }

  @Test
  void takesTheReluIntoTheNormalisationBeforeItInTrainingOnly() {
    var network = new Sequential(new BatchNorm2d(2), new ReLU(), new ReLU());
    var x = Variable.of(Given.normal(1, 3, 2, 4, 4));
    Variable trained = network.forward(x);
    assertThat(operations(trained)).containsExactly("batchNorm", "relu");
    float[] apart = Given.values(new BatchNorm2d(2).forward(x).relu());
    assertThat(Given.values(trained)).containsExactly(apart);
    network.eval();
    assertThat(operations(network.forward(x)))
        .containsExactly("batchNormInference", "relu", "relu");
  }

  @Test
  void countsABatchOnceWhereTheReluIsTakenIn() {
    var norm = new BatchNorm2d(2);
    new Sequential(norm, new ReLU()).forward(Variable.of(Given.normal(1, 3, 2, 4, 4)));
    assertThat(norm.namedBuffers().get("num_batches_tracked").item()).isEqualTo(1);
  }

  @Test
  void endsAResidualBlockInOnePass() {
    var block = new Residual(new BatchNorm2d(2), null);
    var x = Variable.of(Given.normal(2, 3, 2, 4, 4));
    Variable y = new Sequential(block, new ReLU()).forward(x);
    assertThat(operations(y)).containsExactly("batchNorm", "addRelu");
    assertThat(Given.values(y)).containsExactly(Given.values(block.forward(x).relu()));
  }

  private static List<String> operations(Variable output) {
    return Traversal.oldestFirst(output).stream().map(made -> made.node().op().name()).toList();
  }

  @Test
  void numbersItsModulesOrTakesTheirNames() {
    assertThat(new Sequential(new ReLU(), new ReLU()).children().keySet())
        .containsExactly("0", "1");
    var named = new LinkedHashMap<String, Module>();
    named.put("z", new ReLU());
    named.put("a", new ReLU());
    assertThat(new Sequential(named).children().keySet()).containsExactly("z", "a");
  }

  @Test
  void emptyIsTheIdentity() {
    var x = Given.constant(Shape.of(2), 1, 2);
    assertThat(new Sequential().forward(x)).isSameAs(x);
  }
}
