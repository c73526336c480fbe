package dev.espalier.nn.layer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.Variable;
import dev.espalier.nn.Given;
import dev.espalier.nn.Module;
import dev.espalier.tensor.Shape;
import org.junit.jupiter.api.Test;

class ResidualTest {
  private static Module times(double factor) {
    return new Module() {
      @Override
      public Variable forward(Variable x) {
        return x.mul(factor);
      }
    };
  }

  @Test
  void addsTheInput() {
    Variable x = Given.leaf(Shape.of(2), 1, 2);
    Variable y = new Residual(times(10), null).forward(x);
    assertThat(Given.values(y)).containsExactly(11, 22);
    y.sum().backward();
    assertThat(Given.gradient(x)).containsExactly(11, 11);
  }

  @Test
  void addsTheShortcutOfTheInput() {
    Variable x = Given.leaf(Shape.of(2), 1, 2);
    Variable y = new Residual(times(10), times(100)).forward(x);
    assertThat(Given.values(y)).containsExactly(110, 220);
    y.sum().backward();
    assertThat(Given.gradient(x)).containsExactly(110, 110);
  }

  @Test
  void namesItsParts() {
    assertThat(new Residual(times(1), null).children().keySet()).containsExactly("body");
    assertThat(new Residual(times(1), times(1)).children().keySet())
        .containsExactly("body", "shortcut");
  }

  @Test
  void withoutABodyTheShortcutIsLeft() {
    Variable x = Given.constant(Shape.of(2), -1, 2);
    var identity = new Residual(times(10), null);
    identity.replaceBody(null);
    assertThat(identity.forward(x)).isSameAs(x);
    assertThat(Given.values(identity.forwardRelu(x))).containsExactly(0, 2);
    assertThat(identity.children()).isEmpty();
    var shortcut = new Residual(times(10), times(3));
    shortcut.replaceBody(null);
    assertThat(Given.values(shortcut.forward(x))).containsExactly(-3, 6);
    shortcut.replaceBody(times(1));
    assertThat(Given.values(shortcut.forward(x))).containsExactly(-4, 8);
  }
}
