package dev.espalier.bench.study;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps what a study reports. */
final class RecordedProgress implements Progress {
  final List<String> begun = Collections.synchronizedList(new ArrayList<>());
  final List<String> said = Collections.synchronizedList(new ArrayList<>());
  final AtomicLong advanced = new AtomicLong();
  final AtomicLong skipped = new AtomicLong();
  final AtomicLong scored = new AtomicLong();
  volatile Forecast latest;

  @Override
  public void begin(String what) {
    begun.add(what);
  }

  @Override
  public void advance(long steps) {
    advanced.addAndGet(steps);
  }

  @Override
  public void skip(long steps) {
    skipped.addAndGet(steps);
  }

  @Override
  public void say(String line) {
    said.add(line);
  }

  @Override
  public void scored(String scorer, int batch, int batches) {
    scored.incrementAndGet();
  }

  @Override
  public void forecast(Forecast forecast) {
    latest = forecast;
  }
}
