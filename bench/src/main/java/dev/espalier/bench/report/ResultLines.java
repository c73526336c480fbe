package dev.espalier.bench.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a results file holds, and how many of its bytes are whole lines. */
final class ResultLines {

  private static final int MAX_LINE_BYTES = 16 << 20;

  private final Path file;
  private final Map<TrialKey, TrialResult> trials = new LinkedHashMap<>();
  private final Map<TrialKey, Integer> lineOf = new LinkedHashMap<>();
  private final List<String> warnings = new ArrayList<>();
  private int line = 1;
  private long wholeBytes;
  private boolean endMissing;

  private ResultLines(Path file) {
    this.file = file;
  }

  static ResultLines of(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return of(file, in);
    }
  }

  /** Reads a stream to its end and leaves it open; the file is for messages. */
  static ResultLines of(Path file, InputStream in) throws IOException {
    ResultLines lines = new ResultLines(file);
    lines.readFrom(in);
    return lines;
  }

  /** The trials in the file's order. */
  Map<TrialKey, TrialResult> trials() {
    return trials;
  }

  List<String> warnings() {
    return warnings;
  }

  /** Where the next line belongs. */
  long wholeBytes() {
    return wholeBytes;
  }

  /** Whether the last trial is whole but lacks its line end. */
  boolean endMissing() {
    return endMissing;
  }

  private void readFrom(InputStream in) throws IOException {
    byte[] buffer = new byte[1 << 16];
    ByteArrayOutputStream current = new ByteArrayOutputStream();
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      int start = 0;
      for (int i = 0; i < read; i++) {
        if (buffer[i] == '\n') {
          extend(current, buffer, start, i);
          endedLine(current.toByteArray());
          current.reset();
          start = i + 1;
        }
      }
      extend(current, buffer, start, read);
    }
    if (current.size() > 0) {
      unendedLine(current.toByteArray());
    }
  }

  private void extend(ByteArrayOutputStream current, byte[] buffer, int start, int end)
      throws MalformedResultsException {
    current.write(buffer, start, end - start);
    if (current.size() > MAX_LINE_BYTES) {
      throw malformed("longer than " + MAX_LINE_BYTES + " bytes");
    }
  }

  private void endedLine(byte[] bytes) throws MalformedResultsException {
    try {
      add(decode(bytes));
    } catch (IllegalArgumentException e) {
      throw malformed(e.getMessage());
    }
    wholeBytes += bytes.length + 1L;
    line++;
  }

  private void unendedLine(byte[] bytes) throws MalformedResultsException {
    String text = new String(bytes, StandardCharsets.UTF_8);
    if (!TrialJson.isWholeDocument(text)) {
      warnings.add(
          "%s, line %d: cut short after %d bytes, as a crash while writing leaves it; ignored"
              .formatted(file, line, bytes.length));
      return;
    }
    endedLine(bytes);
    wholeBytes--;
    endMissing = true;
  }

  private void add(String text) {
    TrialResult trial = TrialJson.read(text);
    Integer earlier = lineOf.putIfAbsent(trial.key(), line);
    if (earlier != null) {
      throw new IllegalArgumentException(
          "repeats the trial of line " + earlier + ": " + trial.key());
    }
    trials.put(trial.key(), trial);
  }

  private MalformedResultsException malformed(String reason) {
    return new MalformedResultsException(file, line, reason);
  }

  private static String decode(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("not UTF-8", e);
    }
  }
}
