package dev.espalier.cuda.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.espalier.cuda.jcuda.Assembler;
import dev.espalier.tensor.DType;
import dev.espalier.tensor.Generator;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Generated code becomes machine code on every architecture, and no tile spills. */
final class FrozenCodeTest {
  private static final int ROWS = 70;
  private static final int COLUMNS = 40;
  private static final int POSITIONS = 196;

  /** A fifth of the places, some rows empty, with a bias and the values' signs mixed. */
  private static FrozenWeight weight(DType type) {
    var generator = new Generator(3);
    int[] offsets = new int[ROWS + 1];
    int[] places = new int[ROWS * COLUMNS];
    double[] values = new double[ROWS * COLUMNS];
    int at = 0;
    for (int row = 0; row < ROWS; row++) {
      for (int column = 0; column < COLUMNS; column++) {
        if (row % 9 != 4 && generator.nextDouble() < 0.2) {
          places[at] = column * POSITIONS;
          values[at++] = generator.nextDouble() - 0.5;
        }
      }
      offsets[row + 1] = at;
    }
    int vector = Float.BYTES * 4 / type.bytes();
    return new FrozenWeight(
        type,
        offsets,
        Arrays.copyOf(places, at),
        Arrays.copyOf(values, at),
        new double[ROWS],
        true,
        new FrozenGrid(POSITIONS, 14, COLUMNS * POSITIONS, 14, vector));
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "FLOAT64"})
  void everyTileAssemblesWithoutSpills(DType type) throws IOException, InterruptedException {
    FrozenWeight weight = weight(type);
    Assembler assembler = Assembler.any();
    assertThat(FrozenTile.candidates(weight)).hasSizeGreaterThan(5);
    for (FrozenTile tile : FrozenTile.candidates(weight)) {
      for (String architecture : List.of("sm_80", "sm_90")) {
        var result = assembler.assemble(FrozenCode.of(weight, tile), architecture);
        assertThat(result.accepted()).as("%s, %s: %s", tile, architecture, result.log()).isTrue();
        assertThat(result.spills())
            .as("%s on %s", tile, architecture)
            .containsOnlyKeys(FrozenCode.ENTRY)
            .containsValue(0);
      }
    }
  }
}
