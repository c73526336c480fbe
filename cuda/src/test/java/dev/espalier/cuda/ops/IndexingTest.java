package dev.espalier.cuda.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class IndexingTest {
  private static final long MOST = 1L << 30;

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1073741823, 1",
    "1073741824, 1",
    "1073741825, 1",
    "2147483647, 1",
    "2147483647, 7",
    "3, 1073741825",
    "5, 2147483647"
  })
  void rangesCoverTheRowsOnceHoweverManyThereAre(int rows, int width) {
    List<Long> ends = new ArrayList<>(List.of(0L));
    Indexing.forEachRange(
        rows,
        width,
        (first, count) -> {
          assertThat((long) first).isEqualTo(ends.getLast());
          assertThat(count).isPositive();
          assertThat(count == 1 || (long) count * width <= MOST).isTrue();
          ends.add((long) first + count);
        });
    assertThat(ends.getLast()).isEqualTo(rows);
  }

  @Test
  void rowsWithoutElementsNeedNothing() {
    Indexing.forEachRange(5, 0, (_, _) -> fail("there is nothing to visit"));
  }
}
