package dev.espalier.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TensorTest {
  private Scope scope;

  @BeforeEach
  void openScope() {
    scope = Scope.open("test");
  }

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private static Tensor counting(int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return Tensor.of(shape, values);
  }

  @Test
  void dataIsAlignedToCacheLines() {
    for (int n : new int[] {1, 3, 100, 100_000}) {
      assertThat(Tensor.empty(DType.INT8, Shape.of(n)).segment().address() % 64).isZero();
    }
  }

  @Test
  void creationCountsValues() {
    assertThatThrownBy(() -> Tensor.of(Shape.of(2, 2), 1f, 2f, 3f))
        .hasMessage("tensor: shape [2, 2] has 4 elements but 3 values were given");
    assertThat(Tensor.zeros(DType.INT32, Shape.of(3)).toLongArray()).containsExactly(0, 0, 0);
    assertThat(Tensor.scalar(DType.FLOAT64, 2.5).item()).isEqualTo(2.5);
  }

  @Test
  void elementsAreReadAndWrittenByIndex() {
    Tensor x = counting(2, 3);
    assertThat(x.get(1, 2)).isEqualTo(5);
    x.set(9, 0, 1);
    assertThat(x.transpose().get(1, 0)).isEqualTo(9);
    assertThatThrownBy(() -> x.get(2, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> x.get(1))
        .hasMessageContaining("has 1 entries but the shape is [2, 3]");
    assertThatThrownBy(x::item).hasMessageContaining("exactly one element");
  }

  @Test
  void viewsShareElements() {
    Tensor x = counting(2, 3, 4);
    Tensor view = x.permute(2, 0, 1).narrow(0, 1, 2).select(1, 1);
    assertThat(view.shape()).isEqualTo(Shape.of(2, 3));
    assertThat(view.toFloatArray()).containsExactly(13, 17, 21, 14, 18, 22);
    assertThat(view.sharesStorageWith(x)).isTrue();
    view.fill(0);
    assertThat(x.get(1, 2, 2)).isZero();
    assertThat(x.get(1, 2, 3)).isEqualTo(23);
  }

  @Test
  void reshapeIsAViewOfContiguousTensorsAndACopyOfOthers() {
    Tensor x = counting(2, 6);
    assertThat(x.reshape(3, -1).shape()).isEqualTo(Shape.of(3, 4));
    assertThat(x.reshape(3, 4).sharesStorageWith(x)).isTrue();
    Tensor copied = x.transpose().reshape(12);
    assertThat(copied.sharesStorageWith(x)).isFalse();
    assertThat(copied.toFloatArray()).startsWith(0, 6, 1, 7);
    assertThatThrownBy(() -> x.reshape(5)).hasMessage("reshape: [2, 6] has 12 elements, [5] has 5");
    assertThatThrownBy(() -> x.reshape(5, -1)).hasMessageContaining("not divisible by 5");
  }

  @Test
  void expandRepeatsWithoutCopying() {
    Tensor x = counting(2, 1).expand(Shape.of(3, 2, 2));
    assertThat(x.strides()).containsExactly(0, 1, 0);
    assertThat(x.toFloatArray()).containsExactly(0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1);
    assertThatThrownBy(() -> counting(2, 3).expand(Shape.of(2, 6)))
        .hasMessage("expand: [2, 3] does not expand to [2, 6]");
    assertThatThrownBy(() -> counting(3, 3).expand(Shape.of(3))).hasMessageContaining("fewer axes");
  }

  @Test
  void viewsOutsideTheTensorAreRefused() {
    Tensor x = counting(4, 3);
    assertThatThrownBy(() -> x.narrow(0, 3, 2))
        .hasMessage("narrow: range [3, 5) does not lie in axis 0 of [4, 3]");
    assertThatThrownBy(() -> x.narrow(0, 1, Integer.MAX_VALUE))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> x.permute(0, 0)).hasMessageContaining("not a permutation");
    assertThatThrownBy(() -> x.asStrided(Shape.of(5, 3), 3, 1))
        .hasMessageContaining("does not lie in the 12 elements");
  }

  @Test
  void emptyViewsPastTheEndAreHarmless() {
    Tensor x = counting(4, 4);
    Tensor corner = x.narrow(0, 4, 0).narrow(1, 4, 0);
    assertThat(corner.toFloatArray()).isEmpty();
    assertThat(corner.copy().fill(1).size()).isZero();
    assertThat(Tensor.empty(DType.FLOAT32, Shape.of(0, 3)).transpose().contiguous().shape())
        .isEqualTo(Shape.of(3, 0));
  }

  @Test
  void viewsKeepTheStorageAlive() {
    Tensor x = counting(2, 3);
    Tensor row = x.select(0, 1);
    int live = Memory.stats().liveStorages();
    x.close();
    assertThat(Memory.stats().liveStorages()).isEqualTo(live);
    assertThat(row.toFloatArray()).containsExactly(3, 4, 5);
    row.close();
    assertThat(Memory.stats().liveStorages()).isEqualTo(live - 1);
  }

  @Test
  void usingAClosedTensorThrows() {
    Tensor x = counting(2, 3);
    x.close();
    x.close(); // twice is harmless
    assertThatThrownBy(x::segment)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "segment: the float32 tensor of shape [2, 3] is closed; keep it with Scope.keep, or"
                + " close it later");
    assertThatThrownBy(x::copy).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(x::transpose).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> x.fill(0)).hasMessageStartingWith("fill:");
    assertThatThrownBy(() -> scope.keep(x)).hasMessageStartingWith("keep:");
    assertThat(x.toString()).contains("closed");
  }

  @Test
  void copyFromReadsOverlappingSourcesFirst() {
    Tensor x = counting(1200);
    x.narrow(0, 1, 1199).copyFrom(x.narrow(0, 0, 1199));
    assertThat(x.get(0)).isZero();
    assertThat(x.get(1)).isZero();
    assertThat(x.get(1199)).isEqualTo(1198);
    Tensor square = counting(2, 2);
    square.copyFrom(square.transpose());
    assertThat(square.toFloatArray()).containsExactly(0, 2, 1, 3);
  }

  @Test
  void copyFromRefusesOtherShapesAndExpandedTargets() {
    assertThatThrownBy(() -> counting(2, 3).copyFrom(counting(3, 2)))
        .hasMessage("copyFrom: source [3, 2], target [2, 3]");
    assertThatThrownBy(() -> counting(1, 3).expand(Shape.of(2, 3)).copyFrom(counting(2, 3)))
        .hasMessageContaining("expanded along axis 0");
  }

  @Test
  void overlapIsByElementRange() {
    Tensor x = counting(8);
    assertThat(x.narrow(0, 0, 4).overlaps(x.narrow(0, 4, 4))).isFalse();
    assertThat(x.narrow(0, 0, 5).overlaps(x.narrow(0, 4, 4))).isTrue();
    assertThat(x.overlaps(x.copy())).isFalse();
    assertThat(x.narrow(0, 3, 0).overlaps(x)).isFalse();
  }

  @Test
  void toConvertsAndAliasesItsOwnType() {
    Tensor x = Tensor.of(Shape.of(3), 1.5, -2.5, 300);
    assertThat(x.to(DType.FLOAT64).sharesStorageWith(x)).isTrue();
    assertThat(x.to(DType.UINT8).toLongArray()).containsExactly(1, 0, 255);
    assertThat(x.to(DType.BFLOAT16).to(DType.FLOAT32).toFloatArray())
        .containsExactly(1.5f, -2.5f, 300f);
    assertThat(x.to(Device.CPU).sharesStorageWith(x)).isTrue();
  }

  @Test
  void versionCountsWrites() {
    Tensor x = counting(4);
    int before = x.version();
    x.narrow(0, 0, 1).fill(3);
    x.set(1, 2);
    assertThat(x.version()).isEqualTo(before + 2);
    x.copy();
    assertThat(x.version()).isEqualTo(before + 2);
  }

  @Test
  void wrapUsesForeignMemoryInPlace() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(12, 4);
      Tensor x = Tensor.wrap(DType.FLOAT32, Shape.of(3), segment);
      x.fill(2);
      assertThat(segment.get(java.lang.foreign.ValueLayout.JAVA_FLOAT, 8)).isEqualTo(2f);
      assertThatThrownBy(() -> Tensor.wrap(DType.FLOAT32, Shape.of(4), segment))
          .hasMessageContaining("needs 16 bytes but the segment has 12");
      assertThatThrownBy(
              () -> Tensor.wrap(DType.FLOAT32, Shape.of(2), arena.allocate(16, 8).asSlice(1, 8)))
          .hasMessageContaining("need 4-byte alignment");
    }
  }

  @Test
  void unknownDevicesAreRefusedByName() {
    assertThatThrownBy(() -> counting(2).to(new Device("abacus", 1)))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("device abacus:1: no backend serves it");
  }
}
