package dev.espalier.bench.study;

import java.util.ArrayList;
import java.util.List;

/** Keeps what a study reports. */
final class RecordedProgress implements Progress {
  final List<String> begun = new ArrayList<>();
  final List<String> said = new ArrayList<>();
  long advanced;
  long skipped;

  @Override
  public void begin(String what) {
    begun.add(what);
  }

  @Override
  public void advance(long steps) {
    advanced += steps;
  }

  @Override
  public void skip(long steps) {
    skipped += steps;
  }

  @Override
  public void say(String line) {
    said.add(line);
  }
}
