package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.nn.Given;
import dev.espalier.nn.Module;
import dev.espalier.tensor.Generator;
import dev.espalier.tensor.Shape;
import java.util.LinkedHashMap;
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
