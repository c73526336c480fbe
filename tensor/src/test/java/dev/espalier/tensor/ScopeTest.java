package dev.espalier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScopeTest {
  private static Tensor small() {
    return Tensor.zeros(DType.FLOAT32, Shape.of(2));
  }

  @Test
  void closesWhatWasMadeInsideExceptWhatIsKept() {
    Tensor dropped;
    Tensor kept;
    try (var scope = Scope.open()) {
      dropped = small();
      kept = scope.keep(small());
    }
    assertThat(dropped.isClosed()).isTrue();
    assertThat(kept.isClosed()).isFalse();
    kept.close();
  }

  @Test
  void keptTensorsBelongToTheEnclosingScope() {
    Tensor kept;
    Tensor detached;
    try (var _ = Scope.open("outer")) {
      try (var inner = Scope.open("inner")) {
        kept = inner.keep(small());
        detached = Scope.detach(small());
      }
      assertThat(kept.isClosed()).isFalse();
    }
    assertThat(kept.isClosed()).isTrue();
    assertThat(detached.isClosed()).isFalse();
    detached.close();
  }

  @Test
  void keepIgnoresTensorsOfOuterScopes() {
    try (var outer = Scope.open("outer")) {
      Tensor tensor = small();
      try (var inner = Scope.open("inner")) {
        assertThat(inner.keep(tensor)).isSameAs(tensor);
      }
      assertThat(tensor.isClosed()).isFalse();
      assertThat(outer.keep(tensor)).isSameAs(tensor);
      assertThat(tensor.scope()).isNull();
      tensor.close();
    }
  }

  @Test
  void viewsOfKeptTensorsCloseWithTheirOwnScope() {
    Tensor base;
    try (var scope = Scope.open()) {
      base = scope.keep(Tensor.of(Shape.of(2), 1f, 2f));
      Tensor view = base.narrow(0, 1, 1);
      assertThat(view.get(0)).isEqualTo(2);
    }
    assertThat(base.toFloatArray()).containsExactly(1, 2);
    base.close();
  }

  @Test
  void refusesToCloseOutOfOrderOrElsewhere() throws InterruptedException {
    Scope outer = Scope.open("outer");
    Scope inner = Scope.open("inner");
    assertThatThrownBy(outer::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("scope 'outer': closed out of order")
        .hasMessageContaining("'inner'");
    List<Throwable> thrown = new ArrayList<>();
    Thread other =
        new Thread(
            () -> {
              try {
                inner.close();
              } catch (IllegalStateException e) {
                thrown.add(e);
              }
            });
    other.start();
    other.join();
    assertThat(thrown).singleElement().asString().contains("another thread");
    Tensor tensor = small();
    inner.close();
    inner.close(); // twice is harmless
    assertThat(tensor.isClosed()).isTrue();
    outer.close();
    assertThat(Scope.current()).isNull();
  }

  @Test
  void scopesBelongToTheirThread() throws InterruptedException {
    try (var _ = Scope.open()) {
      List<Tensor> made = new ArrayList<>();
      Thread other = new Thread(() -> made.add(small()));
      other.start();
      other.join();
      assertThat(made.getFirst().scope()).isNull();
      made.getFirst().close();
    }
  }

  @Test
  void aLongScopeForgetsClosedTensors() {
    try (var scope = Scope.open()) {
      Tensor first = small();
      for (int i = 0; i < 5000; i++) {
        small().close();
      }
      assertThat(scope.size()).isLessThan(2000);
      assertThat(first.isClosed()).isFalse();
    }
  }
}
