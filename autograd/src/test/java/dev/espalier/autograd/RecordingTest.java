package dev.espalier.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.autograd.op.Exp;
import dev.espalier.autograd.op.Mul;
import dev.espalier.autograd.op.Sum;
import org.junit.jupiter.api.Test;

/** What is recorded, and when. */
class RecordingTest {
  @Test
  void anOperationOnALeafIsRecordedWithItsOperands() {
    Variable x = Given.vector(1, 2);
    Variable y = x.exp().mul(x);
    assertThat(y.requiresGrad()).isTrue();
    assertThat(y.node().op()).isEqualTo(new Mul());
    assertThat(y.node().inputs().get(0).node().op()).isEqualTo(new Exp());
    assertThat(y.node().inputs().get(1)).isSameAs(x);
  }

  @Test
  void anOperationOnConstantsIsNotRecorded() {
    Variable y = Variable.of(Given.vector(1, 2).tensor()).exp();
    assertThat(y.node()).isNull();
    assertThat(y.requiresGrad()).isFalse();
  }

  @Test
  void noGradRecordsNothingAndEndsWhereItsBlockEnds() {
    Variable x = Given.vector(1, 2);
    try (var _ = Autograd.noGrad()) {
      assertThat(Autograd.isRecording()).isFalse();
      assertThat(x.exp().requiresGrad()).isFalse();
      try (var _ = Autograd.enableGrad()) {
        assertThat(x.exp().requiresGrad()).isTrue();
      }
      assertThat(Autograd.isRecording()).isFalse();
    }
    assertThat(Autograd.isRecording()).isTrue();
    assertThat(x.exp().requiresGrad()).isTrue();
  }

  @Test
  void noGradHoldsForItsOwnThreadOnly() throws InterruptedException {
    boolean[] elsewhere = new boolean[1];
    try (var _ = Autograd.noGrad()) {
      var thread = new Thread(() -> elsewhere[0] = Autograd.isRecording());
      thread.start();
      thread.join();
    }
    assertThat(elsewhere[0]).isTrue();
  }

  @Test
  void detachCutsTheGraph() {
    Variable x = Given.vector(2, 3);
    Variable y = x.square();
    y.detach().mul(x).sum().backward();
    assertThat(Given.values(x.grad())).containsExactly(4, 9);
    assertThat(y.detach().node()).isNull();
  }

  @Test
  void aBackwardPassRestoresTheRecordingMode() {
    Given.vector(1, 2).exp().sum().backward();
    assertThat(Autograd.isRecording()).isTrue();
  }

  @Test
  void aTraversalVisitsOperandsBeforeResultsAndEachResultOnce() {
    Variable x = Given.vector(1, 2);
    Variable a = x.exp();
    Variable b = a.mul(a);
    Variable c = b.add(a).sum();
    assertThat(Traversal.oldestFirst(c)).hasSize(4).startsWith(a, b).endsWith(c);
    assertThat(c.node().op()).isInstanceOf(Sum.class);
    assertThat(Traversal.oldestFirst(x)).isEmpty();
  }
}
