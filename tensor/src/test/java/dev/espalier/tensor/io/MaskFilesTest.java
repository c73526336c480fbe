package dev.espalier.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.tensor.DType;
import dev.espalier.tensor.Memory;
import dev.espalier.tensor.Scope;
import dev.espalier.tensor.Shape;
import dev.espalier.tensor.Tensor;
import dev.espalier.tensor.sparse.Granularity;
import dev.espalier.tensor.sparse.Mask;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MaskFilesTest {
  @TempDir Path directory;

  private final Scope scope = Scope.open("test");

  @AfterEach
  void closeScope() {
    scope.close();
  }

  private Path file() {
    return directory.resolve("masks.safetensors");
  }

  /** Single quotes stand for double ones. */
  private Path file(String header, int... data) {
    return HandMade.safeTensors(header.replace('\'', '"'), data).writeTo(directory, "bad");
  }

  @Test
  void masksOfEveryGranularityReadBackEqual() {
    Shape shape = Shape.of(4, 2, 2, 2);
    for (Granularity granularity :
        List.of(
            new Granularity.Element(),
            new Granularity.Kernel(),
            new Granularity.Filter(),
            new Granularity.Channel(),
            new Granularity.Layer(),
            new Granularity.RowVector(4),
            new Granularity.ColumnVector(2),
            new Granularity.Block(2, 4))) {
      boolean[] groups = new boolean[(int) granularity.groupCount(shape)];
      for (int g = 0; g < groups.length; g += 3) {
        groups[g] = true;
      }
      Mask mask = Mask.fromGroups(shape, granularity, groups);
      new SafeTensorsWriter().mask("conv.weight", mask).write(file());
      try (SafeTensorsFile file = SafeTensors.open(file())) {
        assertThat(file.maskNames()).containsExactly("conv.weight");
        assertThat(file.mask("conv.weight")).isEqualTo(mask);
        assertThat(file.mask("conv.weight").granularity()).isEqualTo(granularity);
      }
    }
  }

  @Test
  void maskStandsBesideTensorsAndMetadata() {
    Mask mask = Mask.of(Shape.of(3), true, false, true);
    new SafeTensorsWriter()
        .metadata("epoch", "3")
        .mask("fc.weight_mask", mask)
        .tensor("fc.weight_orig", Tensor.of(Shape.of(3), 1f, 2, 3))
        .write(file());
    try (SafeTensorsFile file = SafeTensors.open(file())) {
      assertThat(file.names()).containsExactly("fc.weight_orig", "fc.weight_mask");
      assertThat(file.metadata()).containsEntry("epoch", "3");
      assertThat(file.dtype("fc.weight_mask")).isEqualTo(DType.BOOL);
      assertThat(file.mask("fc.weight_mask")).isEqualTo(mask);
    }
  }

  @Test
  void writingKeepsNoMemory() {
    long before = Memory.stats().bytesInUse();
    new SafeTensorsWriter().mask("m", Mask.ones(Shape.of(1000))).write(file());
    assertThat(Memory.stats().bytesInUse()).isLessThanOrEqualTo(before);
  }

  @Test
  void foreignBytesOfZeroAndOneAreAMask() {
    Path path = file("{'m':{'dtype':'U8','shape':[3],'data_offsets':[0,3]}}", 1, 0, 1);
    try (SafeTensorsFile file = SafeTensors.open(path)) {
      assertThat(file.maskNames()).isEmpty();
      assertThat(file.mask("m")).isEqualTo(Mask.of(Shape.of(3), true, false, true));
    }
  }

  @Test
  void refusesOtherValuesAndTypes() {
    Path path =
        file(
            "{'m':{'dtype':'U8','shape':[2],'data_offsets':[4,6]},"
                + "'f':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}",
            0,
            0,
            0,
            0,
            1,
            2);
    try (SafeTensorsFile file = SafeTensors.open(path)) {
      assertThat(Refusal.afterReading(path, "tensor 'm'", () -> file.mask("m")).offset())
          .isEqualTo(path.toFile().length() - 1);
      Refusal.of(path, "tensor 'f'", () -> file.mask("f"));
    }
  }

  @Test
  void refusesBitsThatBreakTheirGranularity() {
    Path path =
        file(
            "{'__metadata__':{'espalier.mask.m':'filter','espalier.mask.n':'cube'},"
                + "'m':{'dtype':'BOOL','shape':[2,2],'data_offsets':[0,4]},"
                + "'n':{'dtype':'BOOL','shape':[1],'data_offsets':[4,5]}}",
            1,
            0,
            0,
            0,
            1);
    try (SafeTensorsFile file = SafeTensors.open(path)) {
      assertThat(Refusal.afterReading(path, "tensor 'm'", () -> file.mask("m")))
          .hasMessageContaining("filter");
      assertThat(Refusal.afterReading(path, "tensor 'n'", () -> file.mask("n")))
          .hasMessageContaining("'cube'");
    }
  }

  @Test
  void refusesTwoThingsOfOneName() {
    Mask mask = Mask.ones(Shape.of(1));
    var writer = new SafeTensorsWriter().mask("x", mask);
    assertThatThrownBy(() -> writer.mask("x", mask)).isInstanceOf(IllegalArgumentException.class);
    writer.tensor("x", Tensor.of(Shape.of(1), 1f));
    assertThatThrownBy(() -> writer.write(file()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'x'");
    assertThat(file()).doesNotExist();
  }

  @Test
  void npyKeepsTheBits() {
    Mask mask = Mask.of(Shape.of(2, 3), true, false, true, false, false, true);
    Path path = directory.resolve("mask.npy");
    Npy.write(path, mask.toTensor(DType.BOOL));
    assertThat(Npy.readMask(path)).isEqualTo(mask);
    Path npz = directory.resolve("mask.npz");
    Npz.writeCompressed(npz, Map.of("m", mask.toTensor(DType.UINT8)));
    assertThat(Mask.nonZeros(Npz.read(npz).get("m"))).isEqualTo(mask);
  }

  @Test
  void npyMaskInFortranOrderKeepsItsPlaces() {
    Path path =
        HandMade.npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2)}", 1, 0, 1, 0)
            .writeTo(directory, "fortran.npy");
    assertThat(Npy.readMask(path)).isEqualTo(Mask.of(Shape.of(2, 2), true, true, false, false));
  }

  @Test
  void npyOfOtherTypesIsNotAMask() {
    Path path = NpyTest.resource("float32.npy");
    Refusal.of(path, "elements", () -> Npy.readMask(path));
  }
}
