package dev.espalier.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultStoreTest {

  private static final TrialResult FIRST = Trials.trial("magnitude", 2, 1, 0.9);
  private static final TrialResult SECOND = Trials.trial("magnitude", 4, 1, 0.9);
  private static final String FIRST_LINE = TrialJson.write(FIRST) + "\n";
  private static final String SECOND_LINE = TrialJson.write(SECOND) + "\n";

  @TempDir Path folder;

  private Path file;
  private final List<String> warnings = new ArrayList<>();

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("results.jsonl");
  }

  @Test
  void appendedTrialsAreOneLineEachAndComeBackInOrder() throws IOException {
    try (ResultStore store = ResultStore.open(file)) {
      store.append(FIRST);
      store.append(SECOND);
      assertThat(store.trials()).containsExactly(FIRST, SECOND);
    }
    assertThat(file).hasContent(FIRST_LINE + SECOND_LINE);
    assertThat(ResultStore.read(file, warnings)).containsExactly(FIRST, SECOND);
    assertThat(warnings).isEmpty();
  }

  @Test
  void reopenedStoreKnowsItsTrialsAndContinues() throws IOException {
    Files.writeString(file, FIRST_LINE);
    try (ResultStore store = ResultStore.open(file)) {
      assertThat(store.contains(FIRST.key())).isTrue();
      assertThat(store.contains(SECOND.key())).isFalse();
      assertThat(store.find(FIRST.key())).contains(FIRST);
      assertThat(store.find(SECOND.key())).isEmpty();
      store.append(SECOND);
    }
    assertThat(file).hasContent(FIRST_LINE + SECOND_LINE);
  }

  @Test
  void sameTrialTwiceIsRefusedAndNotWritten() throws IOException {
    try (ResultStore store = ResultStore.open(file)) {
      store.append(FIRST);
      assertThatThrownBy(() -> store.append(FIRST))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("net on digits, magnitude at ratio 2, seed 1");
    }
    assertThat(file).hasContent(FIRST_LINE);
  }

  @Test
  void lineCutShortAnywhereIsToleratedAndCutOffOnOpening() throws IOException {
    byte[] second = SECOND_LINE.getBytes(StandardCharsets.UTF_8);
    for (int length = 1; length < second.length - 1; length += 37) {
      String cut = new String(second, 0, length, StandardCharsets.UTF_8);
      Files.writeString(file, FIRST_LINE + cut);
      warnings.clear();
      assertThat(ResultStore.read(file, warnings)).containsExactly(FIRST);
      assertThat(warnings)
          .singleElement()
          .asString()
          .contains("results.jsonl, line 2: cut short after " + length + " bytes");
      try (ResultStore store = ResultStore.open(file)) {
        assertThat(store.warnings()).isEqualTo(warnings);
        store.append(SECOND);
      }
      assertThat(file).hasContent(FIRST_LINE + SECOND_LINE);
    }
  }

  @Test
  void lastLineThatOnlyLacksItsEndIsKept() throws IOException {
    Files.writeString(file, FIRST_LINE.strip());
    try (ResultStore store = ResultStore.open(file)) {
      assertThat(store.warnings()).isEmpty();
      store.append(SECOND);
    }
    assertThat(file).hasContent(FIRST_LINE + SECOND_LINE);
  }

  @Test
  void readingLeavesTheFileAlone() throws IOException {
    String content = FIRST_LINE + "{\"model\":";
    Files.writeString(file, content);
    assertThat(ResultStore.read(file, warnings)).containsExactly(FIRST);
    assertThat(file).hasContent(content);
  }

  @Test
  void lineCutShortInTheMiddleIsRefusedWithFileAndLine() throws IOException {
    String content = FIRST_LINE + "{\"model\":\n" + SECOND_LINE;
    Files.writeString(file, content);
    assertThatThrownBy(() -> ResultStore.open(file))
        .isInstanceOf(MalformedResultsException.class)
        .hasMessageStartingWith(file + ", line 2: ");
    assertThat(file).hasContent(content);
  }

  @Test
  void unknownKeyIsRefusedWithFileAndLineEvenOnALastLineWithoutEnd() throws IOException {
    String unknown = SECOND_LINE.replace("\"seed\"", "\"speed\"").strip();
    for (String end : List.of("", "\n")) {
      Files.writeString(file, FIRST_LINE + unknown + end);
      assertThatThrownBy(() -> ResultStore.read(file, warnings))
          .isInstanceOf(MalformedResultsException.class)
          .hasMessage(file + ", line 2: unknown key \"speed\"");
    }
  }

  @Test
  void blankLineIsRefused() throws IOException {
    Files.writeString(file, FIRST_LINE + "\n" + SECOND_LINE);
    assertThatThrownBy(() -> ResultStore.read(file, warnings))
        .isInstanceOf(MalformedResultsException.class)
        .hasMessageStartingWith(file + ", line 2: ");
  }

  @Test
  void repeatedTrialIsRefusedWithBothLines() throws IOException {
    Files.writeString(file, FIRST_LINE + SECOND_LINE + FIRST_LINE);
    assertThatThrownBy(() -> ResultStore.read(file, warnings))
        .isInstanceOf(MalformedResultsException.class)
        .hasMessageStartingWith(file + ", line 3: repeats the trial of line 1");
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() throws IOException {
    byte[] bytes = FIRST_LINE.replace("net", "n?t").getBytes(StandardCharsets.ISO_8859_1);
    bytes[FIRST_LINE.indexOf("net") + 1] = (byte) 0xFF;
    Files.write(file, bytes);
    assertThatThrownBy(() -> ResultStore.read(file, warnings))
        .isInstanceOf(MalformedResultsException.class)
        .hasMessage(file + ", line 1: not UTF-8");
  }

  @Test
  void endlessLineIsRefusedBeforeItFillsMemory() throws IOException {
    Files.write(file, new byte[17 << 20]);
    assertThatThrownBy(() -> ResultStore.read(file, warnings))
        .isInstanceOf(MalformedResultsException.class)
        .hasMessageStartingWith(file + ", line 1: longer than");
  }

  @Test
  void secondWriterIsRefusedUntilTheFirstCloses() throws IOException {
    try (ResultStore store = ResultStore.open(file)) {
      assertThat(store.trials()).isEmpty();
      assertThatThrownBy(() -> ResultStore.open(file))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("being written to");
    }
    try (ResultStore store = ResultStore.open(file)) {
      store.append(FIRST);
    }
    assertThat(file).hasContent(FIRST_LINE);
  }

  @Test
  void emptyFileHoldsNoTrials() throws IOException {
    Files.createFile(file);
    assertThat(ResultStore.read(file, warnings)).isEmpty();
    assertThat(warnings).isEmpty();
  }
}
