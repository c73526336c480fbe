package dev.espalier.cuda.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Writes a row for each test as it ends, and says in the end how many there were of each kind. */
final class CheckResults implements TestExecutionListener {
  private final RowLog rows;
  private final PrintWriter out;
  private final long start = System.nanoTime();
  private final Map<String, Long> started = new HashMap<>();
  private final List<String> failed = new ArrayList<>();
  private int passed;
  private int skipped;

  CheckResults(RowLog rows, PrintWriter out) {
    this.rows = rows;
    this.out = out;
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    started.put(test.getUniqueId(), System.nanoTime());
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    skipped++;
    log(row(test, "skipped").put("reason", reason));
  }

  /** A class that cannot even be made counts as one test. */
  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    Status status = result.getStatus();
    if (!test.isTest() && status == Status.SUCCESSFUL) {
      started.remove(test.getUniqueId());
      return;
    }
    String name = CheckTool.name(test.getUniqueIdObject());
    String problem = result.getThrowable().map(Throwable::toString).orElse("");
    switch (status) {
      case SUCCESSFUL -> {
        passed++;
        log(row(test, "passed"));
      }
      case ABORTED -> {
        skipped++;
        log(row(test, "skipped").put("reason", problem));
      }
      case FAILED -> {
        failed.add(name);
        log(row(test, "failed").put("error", problem));
        out.println("failed: " + name + ": " + problem);
        out.flush();
      }
    }
  }

  private JsonRow row(TestIdentifier test, String result) {
    long now = System.nanoTime();
    Long begun = started.remove(test.getUniqueId());
    return new JsonRow()
        .put("row", "test")
        .put("test", CheckTool.name(test.getUniqueIdObject()))
        .put("case", test.getDisplayName())
        .put("result", result)
        .put("host_ms", begun == null ? 0 : (now - begun) / 1e6);
  }

  private void log(JsonRow row) {
    try {
      rows.append(row);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether there were tests and all passed. */
  boolean end() {
    double seconds = (System.nanoTime() - start) / 1e9;
    log(
        new JsonRow()
            .put("row", "end")
            .put("passed", passed)
            .put("failed", failed.size())
            .put("skipped", skipped)
            .put("seconds", seconds));
    out.println(
        String.format(
            Locale.ROOT,
            "%d tests passed, %d failed, %d skipped in %.1f s",
            passed,
            failed.size(),
            skipped,
            seconds));
    if (passed + failed.size() + skipped == 0) {
      out.println("no test has such a name");
    }
    return failed.isEmpty() && passed > 0;
  }
}
